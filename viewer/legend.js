// What the colours mean: each entry can be hidden, and its proteins selected.

import { button, el } from "./dom.js";
import { count, number, range } from "./format.js";
import { clip } from "./shapes.js";

/**
 * Elements of a legend of what `colouring` gives. `is(entry)` says {hidden, selected}; `hide(entry)`,
 * `select(entry, event)`, `turn(page)` and `arrange(order)` are called for what the user asks.
 */
export function legend({ title, page, order, orders }, { entries, colours, shapes, below, labels, ends, pages }, is, calls) {
  const shown = colours();
  const items = entries.map((entry) => el("li", {}, ...row(entry, [shown[entry.class], shapes.get(entry.class)], is(entry), calls)));
  return [
    el("div", { className: "legend-head" }, el("h3", {}, title), ...(orders.length && entries.length > 2 ? [sorting(order, orders, calls.arrange)] : [])),
    ...(labels ? [bar(shown.slice(0, below), labels, ends)] : []),
    el("ul", {}, ...items),
    ...(pages > 1 ? [turner(page, pages, calls.turn)] : []),
  ];
}

function row(entry, [colour, shape], { hidden, selected }, { hide, select }) {
  const swatch = el("span", { className: "swatch", "aria-hidden": "true" });
  swatch.style.backgroundColor = hidden && !clip(shape) ? "transparent" : colour;
  swatch.style.borderColor = colour;
  swatch.style.clipPath = clip(shape) ?? "";
  swatch.classList.toggle("shaped", Boolean(clip(shape)));
  const name = `Show ${entry.label}`;
  const toggle = el("button", { type: "button", className: "eye", title: hidden ? "Show" : "Hide", "aria-label": name }, swatch);
  toggle.setAttribute("aria-pressed", String(!hidden));
  toggle.addEventListener("click", () => hide(entry));
  const picked = el(
    "button",
    { type: "button", className: "entry", title: `${entry.label}: select ${count(entry.count, "protein")}` },
    el("span", { className: "label" }, entry.label),
    el("span", { className: "number" }, number(entry.count)),
  );
  picked.setAttribute("aria-pressed", String(selected));
  picked.addEventListener("click", (event) => select(entry, event));
  return [toggle, picked];
}

const ORDERS = { styled: "as styled", frequency: "by frequency", name: "by name" };

function sorting(order, orders, arrange) {
  const options = orders.map((value) => el("option", { value, selected: value === order }, ORDERS[value]));
  const found = el("select", { "aria-label": "Order of values" }, ...options);
  found.addEventListener("change", () => arrange(found.value));
  return found;
}

function bar(colours, labels, ends) {
  const strip = el("span", { className: "strip", "aria-hidden": "true" });
  strip.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
  // They stand at even distances.
  const marks = el("span", { className: "ends" }, ...labels.map(([, text]) => el("span", {}, text)));
  const between = el("p", { className: "small range" }, range(ends));
  return el("div", { className: "scale" }, strip, marks, between);
}

function turner(page, pages, turn) {
  const to = (text, by) => button(text, () => turn(page + by), { disabled: page + by < 0 || page + by >= pages, "aria-label": `${by < 0 ? "Previous" : "Next"} values` });
  return el("p", { className: "row pages" }, to("‹", -1), el("span", {}, `values ${number(page + 1)} of ${number(pages)}`), to("›", 1));
}
