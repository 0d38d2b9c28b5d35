// Controls of a map: menus, buttons that zoom, and choices of one of several.

import { el } from "./dom.js";

/** A labelled menu; `changed(value)` is called with what is chosen. */
export function select(id, label, options, changed) {
  const found = el("select", { id }, ...options);
  found.addEventListener("change", () => changed(found.value));
  return el("p", {}, el("label", { for: id }, label), found);
}

/** Buttons that zoom; `gestures()` is asked at each press. */
export function zoomButtons(gestures) {
  const button = (label, sign, act) => {
    const found = el("button", { type: "button", title: label, "aria-label": label }, sign);
    found.addEventListener("click", act);
    return found;
  };
  return el("div", { className: "zoom" },
    button("Zoom in", "+", () => gestures().zoom(1.5)),
    button("Zoom out", "−", () => gestures().zoom(1 / 1.5)),
    button("Show all", "⤢", () => gestures().reset()));
}

/** Buttons of which one is pressed; `changed(value)` is called with that of [value, text, title]. */
export function choice(label, options, chosen, changed) {
  const group = el("div", { className: "choice-row", role: "group", "aria-label": label });
  const mark = (value) => {
    for (const found of group.children) found.setAttribute("aria-pressed", String(found.value === value));
  };
  for (const [value, text, title] of options) {
    const found = el("button", { type: "button", value, title, className: "button" }, text);
    found.addEventListener("click", () => {
      mark(value);
      changed(value);
    });
    group.append(found);
  }
  mark(chosen);
  return group;
}

/** A button that opens a list of others, [text, act], and closes it again. */
export function menu(text, items) {
  const list = el("div", { className: "menu-list" });
  const found = el("details", { className: "menu" }, el("summary", { className: "button" }, text), list);
  for (const [label, act] of items) {
    const item = el("button", { type: "button" }, label);
    item.addEventListener("click", () => {
      found.open = false;
      found.querySelector("summary").focus();
      act();
    });
    list.append(item);
  }
  found.addEventListener("keydown", (event) => event.key === "Escape" && (found.open = false));
  found.addEventListener("focusout", (event) => found.contains(event.relatedTarget) || event.relatedTarget === null || (found.open = false));
  return found;
}
