// What the colours mean. An entry that is pressed lights its points alone.

import { el } from "./dom.js";
import { number } from "./format.js";

/** Elements of a legend; `pressed` is the class that is lit, `press(class)` asks for another. */
export function legend(title, { entries, colours, labels }, pressed, press) {
  const shown = colours();
  const items = entries.map((entry) => el("li", {}, button(entry, shown[entry.class], pressed, press)));
  return [
    el("h3", {}, title),
    ...(labels ? [bar(shown, labels)] : []),
    el("ul", {}, ...items),
  ];
}

function button(entry, colour, pressed, press) {
  const swatch = el("span", { className: "swatch", "aria-hidden": "true" });
  swatch.style.backgroundColor = colour;
  const found = el(
    "button",
    { type: "button", title: entry.label },
    swatch,
    el("span", { className: "label" }, entry.label),
    el("span", { className: "number" }, number(entry.count)),
  );
  found.setAttribute("aria-pressed", String(entry.class === pressed));
  found.addEventListener("click", () => press(entry.class === pressed ? null : entry.class));
  return found;
}

function bar(colours, labels) {
  const strip = el("span", { className: "strip", "aria-hidden": "true" });
  strip.style.background = `linear-gradient(to right, ${colours.slice(0, -1).join(", ")})`;
  // They stand at even distances.
  const ends = el("span", { className: "ends" }, ...labels.map(([, text]) => el("span", {}, text)));
  return el("div", { className: "scale" }, strip, ends);
}
