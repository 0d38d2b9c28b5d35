// Colours of points: told apart with any colour vision, on light and on dark ground.

// After Okabe and Ito; the lighter row is for dark ground.
const LIGHT = ["#0072b2", "#d98200", "#009e73", "#d55e00", "#b8608f", "#4aa5da", "#8f8300", "#4a4a4a"];
const DARK = ["#58b4ee", "#f0a830", "#2cc79b", "#f5793a", "#e79cc6", "#a6d8f7", "#f0e442", "#e6e6e6"];
const REST = { light: "#b4b2ad", dark: "#5d626d" };
const MISSING = { light: "#d8d5ce", dark: "#40444e" };
// From blue over grey to yellow: brightness alone tells low from high.
const SCALE = {
  light: ["#0a2f6b", "#3f4d70", "#6b6d72", "#8f855f", "#b09336", "#cf9f00"],
  dark: ["#3f7fd6", "#718fbd", "#9a9a96", "#baa86c", "#dcc556", "#fff06a"],
};
const STEPS = 48;

const dark = matchMedia("(prefers-color-scheme: dark)");
export const whenThemeChanges = (call) => dark.addEventListener("change", call);
const theme = () => (dark.matches ? "dark" : "light");

/**
 * How points are coloured by an annotation: `classes` (one for each point), `colours` (of the
 * classes), `entries` of the legend ({class, label, count}), and `range` where it is numeric.
 */
export function colouring(annotation, count) {
  if (!annotation) return plain(count);
  return annotation.numbers ? byNumbers(annotation.numbers) : byLabels(annotation);
}

function plain(count) {
  return { classes: new Uint8Array(count), colours: () => [palette()[0]], entries: [] };
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
    entries: entries.filter((entry) => entry.count > 0),
  };
}

function byNumbers(numbers) {
  const sorted = numbers.filter((value) => value !== null).sort((a, b) => a - b);
  // A few extremes would leave all others in one colour.
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  const [low, high] = [at(0.02), at(0.98)];
  const step = (value) => Math.round(((value - low) / (high - low || 1)) * (STEPS - 1));
  const classes = Uint8Array.from(numbers, (value) =>
    value === null ? STEPS : Math.max(0, Math.min(STEPS - 1, step(value))),
  );
  const missing = numbers.length - sorted.length;
  return {
    classes,
    colours: () => [...scale(), MISSING[theme()]],
    entries: missing ? [{ class: STEPS, label: "missing", count: missing }] : [],
    range: [low, high],
  };
}

function scale() {
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
