// Colours of points: told apart with any colour vision, on light and on dark ground.

import { arranged, PAGE, pagesOf } from "./arrange.js";
import { number } from "./format.js";
import { MISSING as MISSING_LABEL } from "./proteins.js";

// After Okabe and Ito; the lighter row is for dark ground.
const LIGHT = ["#0072b2", "#d98200", "#009e73", "#d55e00", "#b8608f", "#4aa5da", "#8f8300", "#4a4a4a"];
const DARK = ["#58b4ee", "#f0a830", "#2cc79b", "#f5793a", "#e79cc6", "#a6d8f7", "#f0e442", "#e6e6e6"];
const REST = { light: "#b4b2ad", dark: "#5d626d" };
const MISSING = { light: "#d8d5ce", dark: "#40444e" };
/** Of proteins that were on a map before the last ones joined it, where they are greyed. */
const OLD = { light: "#cbc8c2", dark: "#4a4f59" };
/** What stands for their values. */
export const OLD_CODE = -2;
// From blue over green to yellow in even steps of lightness, which alone tells low from high.
const SCALE = {
  light: ["#2b1a6b", "#23488f", "#14758f", "#219a72", "#74b536", "#d6b90f"],
  dark: ["#4b5bd6", "#3f86d9", "#2fb0c4", "#4fd08f", "#b0e45a", "#fff06a"],
};
const STEPS = 48;

const dark = matchMedia("(prefers-color-scheme: dark)");
export const whenThemeChanges = (call) => dark.addEventListener("change", call);
const theme = () => (dark.matches ? "dark" : "light");

/**
 * How points are coloured by an annotation: `classes` (one for each point), `colours` (of the
 * classes), `shapes` (of those that are no circles: class -> name), `below` (the first grey class), `oldest` (the
 * class of greyed old proteins, if there is one),
 * `entries` of the legend ({class, label, count, values, has(code)}, for so many values), how many
 * `pages` of values there are, and for a numeric one `labels` of the scale ([place, text]) and the true
 * `ends` of its numbers. `page` counts from 0, in an `order` of values. The first `old` points are grey.
 */
export function colouring(annotation, count, page = 0, order = "frequency", old = 0) {
  if (!annotation) return plain(count, old);
  return annotation.numbers ? byNumbers(annotation, old) : byLabels(annotation, page, order, old);
}

/** What an entry of the legend asks for: the code of a label, -1 where it is missing, 0 of a number; OLD_CODE of the first `old`. */
export function codeOf(annotation, index, old) {
  if (index < old) return OLD_CODE;
  if (!annotation) return null;
  if (annotation.codes) return annotation.codes[index];
  return Number.isNaN(annotation.numbers[index]) ? -1 : 0;
}

function plain(count, old) {
  const classes = new Uint8Array(count).fill(1, 0, old);
  return { classes, colours: () => [palette()[0], OLD[theme()]], shapes: new Map(), below: 1, oldest: 1, entries: oldEntry(1, old), pages: 1 };
}

/** The entry of old proteins that are grey, if there are any. */
function oldEntry(found, old) {
  return old ? [{ class: found, label: "Old proteins", count: old, values: 1, has: (code) => code === OLD_CODE }] : [];
}

const palette = () => (dark.matches ? DARK : LIGHT);

function byLabels(annotation, page, order, old) {
  const { labels, codes, style } = annotation;
  const own = new Map(style?.colours);
  const all = arranged(annotation, order, old);
  const pages = pagesOf(all, own);
  const shown = pages[Math.min(page, pages.length - 1)];
  const [rest, missing, oldest] = [0, 1, 2].map((place) => shown.length + place);
  const classOf = new Uint8Array(labels.length).fill(rest);
  shown.forEach((code, place) => (classOf[code] = place));
  const classes = new Uint8Array(codes.length).fill(oldest, 0, old);
  for (let index = old; index < classes.length; index += 1) classes[index] = codes[index] < 0 ? missing : classOf[codes[index]];
  const others = all.length - shown.length;
  const other = others === 1 ? labels[all.find((code) => classOf[code] === rest)] : `${number(others)} other values`;
  const names = [...shown.map((code) => labels[code]), other, MISSING_LABEL];
  return {
    classes,
    colours: () => [...coloursOf(shown, own), REST[theme()], own.get(-1) ?? MISSING[theme()], OLD[theme()]],
    shapes: new Map((style?.shapes ?? []).map(([code, shape]) => [code < 0 ? missing : classOf[code], shape]).filter(([found]) => found !== rest)),
    below: shown.length,
    oldest,
    entries: [...entriesOf(names, classes, classOf, labels.length - shown.length), ...oldEntry(oldest, old)],
    pages: pages.length,
  };
}

/** Colours of values: their own, or those of the palette that no value here has. */
function coloursOf(shown, own) {
  const taken = new Set(shown.map((code) => own.get(code)));
  const free = palette().filter((colour) => !taken.has(colour));
  let next = 0;
  return shown.map((code) => own.get(code) ?? (free.length ? free : palette())[next++ % (free.length || PAGE)]);
}

/** Entries of values, of all others, and of what is missing. */
function entriesOf(names, classes, classOf, others) {
  const [rest, missing] = [names.length - 2, names.length - 1];
  const counts = new Uint32Array(names.length + 1);
  for (const found of classes) counts[found] += 1;
  const has = (found) => (found === missing ? (code) => code === -1 : (code) => code >= 0 && classOf[code] === found);
  const entries = names.map((label, found) => ({ class: found, label, count: counts[found], values: found === rest ? others : 1, has: has(found) }));
  return entries.filter((entry) => entry.count > 0);
}

function byNumbers({ numbers, scale }, old) {
  const classes = new Uint8Array(numbers.length).fill(STEPS + 1, 0, old);
  for (let index = old; index < classes.length; index += 1) {
    const value = numbers[index];
    classes[index] = Number.isNaN(value) ? STEPS : Math.round(placeOn(scale.stops, value) * (STEPS - 1));
  }
  const there = numbers.filter((value) => !Number.isNaN(value));
  const missing = classes.reduce((found, place) => found + (place === STEPS), 0);
  return {
    classes,
    colours: () => [...ramp(), MISSING[theme()], OLD[theme()]],
    shapes: new Map(),
    below: STEPS,
    oldest: STEPS + 1,
    entries: [...(missing ? [{ class: STEPS, label: MISSING_LABEL, count: missing, values: 1, has: (code) => code === -1 }] : []), ...oldEntry(STEPS + 1, old)],
    labels: scale.labels,
    ends: [there.reduce((a, b) => Math.min(a, b)), there.reduce((a, b) => Math.max(a, b))],
    pages: 1,
  };
}

/** The place of a number on a scale from 0 to 1, whose stops are numbers at even distances. */
function placeOn(stops, value) {
  const next = stops.findIndex((stop) => stop >= value);
  if (next < 0) return 1;
  if (next === 0) return 0;
  const [low, high] = [stops[next - 1], stops[next]];
  return (next - 1 + (value - low) / (high - low)) / (stops.length - 1);
}

function ramp() {
  const stops = SCALE[theme()];
  const places = Array.from({ length: STEPS }, (_, step) => (step / (STEPS - 1)) * (stops.length - 1));
  return places.map((place) => between(stops, place));
}

function between(stops, place) {
  const first = Math.min(Math.floor(place), stops.length - 2);
  const [a, b] = [stops[first], stops[first + 1]].map(parse);
  const mixed = a.map((value, channel) => Math.round(value + (place - first) * (b[channel] - value)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

const parsed = new Map();

/** [red, green, blue] from 0 to 1 of a colour as `#rrggbb`, or `rgb(...)` of a style. */
export function channels(colour) {
  if (!parsed.has(colour)) parsed.set(colour, parse(colour).map((value) => value / 255));
  return parsed.get(colour);
}

function parse(colour) {
  if (colour.startsWith("#")) return [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  return colour.match(/[\d.]+/g).slice(0, 3).map(Number);
}
