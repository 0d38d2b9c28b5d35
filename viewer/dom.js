// Elements by their ids, and new ones. Whatever comes from users goes in as text.

export const byId = (id) => document.getElementById(id);

/** A new element: properties as they are named in the DOM (`aria-*` and `data-*` as attributes). */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "for" || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that calls `act` when pressed. */
export function button(text, act, properties = {}) {
  const found = el("button", { type: "button", className: "button", ...properties }, text);
  found.addEventListener("click", act);
  return found;
}

/** Show an element with these children, or hide it where there are none. */
export function show(element, ...children) {
  element.replaceChildren(...children);
  element.hidden = children.length === 0;
}

/** Say something to readers of the screen, once. */
export function announce(text) {
  const region = byId("announce");
  if (region.textContent !== text) region.textContent = text;
}
