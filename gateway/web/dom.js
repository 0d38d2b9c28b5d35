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

/** Show one section of the page and hide the others; the heading gets the focus. */
export function turnTo(id) {
  const before = document.querySelector("main > section:not([hidden])");
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = section.id !== id;
  }
  if (before && before.id !== id) {
    byId(`${id}-title`).focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}
