// Controls of the map: its menus, and the buttons that zoom.

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
