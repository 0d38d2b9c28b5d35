// Colours of points: told apart with any colour vision, on light and on dark ground.

// After Okabe and Ito; the lighter row is for dark ground.
const LIGHT = ["#0072b2", "#d98200", "#009e73", "#d55e00", "#b8608f", "#4aa5da", "#8f8300", "#4a4a4a"];
const DARK = ["#58b4ee", "#f0a830", "#2cc79b", "#f5793a", "#e79cc6", "#a6d8f7", "#f0e442", "#e6e6e6"];
const REST = { light: "#b4b2ad", dark: "#5d626d" };
const MISSING = { light: "#d8d5ce", dark: "#40444e" };
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
 * classes), `below` (the first grey class), `entries` of the legend ({class, label, count}), and
 * `labels` of the scale ([place, text]) where it is numeric.
 */
export function colouring(annotation, count) {
  if (!annotation) return plain(count);
  return annotation.numbers ? byNumbers(annotation) : byLabels(annotation);
}

function plain(count) {
  return { classes: new Uint8Array(count), colours: () => [palette()[0]], below: 1, entries: [] };
}

const palette = () => (dark.matches ? DARK : LIGHT);

function byLabels({ labels, codes }) {
  const shown = Math.min(labels.length, palette().length);
  const [rest, missing] = [shown, shown + 1];
  const classes = Uint8Array.from(codes, (code) => (code < 0 ? missing : Math.min(code, rest)));
  const counts = new Uint32Array(missing + 1);
  for (const found of classes) counts[found] += 1;
  const names = labels.slice(0, shown);
  const others = labels.length - shown;
  names.push(others === 1 ? labels[shown] : `${others} more`, "missing");
  const entries = names.map((label, found) => ({ class: found, label, count: counts[found] }));
  return {
    classes,
    colours: () => [...palette().slice(0, shown), REST[theme()], MISSING[theme()]],
    below: shown,
    entries: entries.filter((entry) => entry.count > 0),
  };
}

function byNumbers({ numbers, scale }) {
  const classes = Uint8Array.from(numbers, (value) =>
    value === null ? STEPS : Math.round(placeOn(scale.stops, value) * (STEPS - 1)),
  );
  const missing = numbers.filter((value) => value === null).length;
  return {
    classes,
    colours: () => [...ramp(), MISSING[theme()]],
    below: STEPS,
    entries: missing ? [{ class: STEPS, label: "missing", count: missing }] : [],
    labels: scale.labels,
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
  const [a, b] = [stops[first], stops[first + 1]].map(channels);
  const mixed = a.map((value, channel) => Math.round(value + (place - first) * (b[channel] - value)));
  return `rgb(${mixed.join(" ")})`;
}

const channels = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
