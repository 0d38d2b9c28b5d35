// Which section of the page is shown.

import { byId } from "/viewer/dom.js";

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
