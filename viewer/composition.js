// Which values a selection has more often than the rest, by one-sided tests of Fisher, and which numbers
// differ, by rank sums; adjusted after Benjamini and Hochberg over all of them.

import { BLOCK, inPieces } from "./pieces.js";
import { comparedNumbers } from "./ranks.js";

/** Natural logarithms of factorials up to `most`. */
function logFactorials(most) {
  if (logarithms.length > most) return logarithms;
  logarithms = new Float64Array(most + 1);
  for (let number = 2; number <= most; number += 1) logarithms[number] = logarithms[number - 1] + Math.log(number);
  return logarithms;
}

let logarithms = new Float64Array();

/** The chance of `both` or more of `marked` among `chosen`, drawn of `all` without replacement. */
export function tail(both, marked, chosen, all, logs = logFactorials(all)) {
  const choose = (n, k) => logs[n] - logs[k] - logs[n - k];
  const whole = choose(all, chosen);
  const term = (number) => (chosen - number > all - marked ? 0 : Math.exp(choose(marked, number) + choose(all - marked, chosen - number) - whole));
  // Away from the middle terms become small soon.
  const up = both > (marked * chosen) / all;
  let sum = 0;
  for (let number = up ? both : both - 1; number >= 0 && number <= Math.min(marked, chosen); number += up ? 1 : -1) {
    const next = term(number);
    sum += next;
    if (next <= 1e-16 * sum) break;
  }
  return Math.max(0, Math.min(1, up ? sum : 1 - sum));
}

/** p-values adjusted after Benjamini and Hochberg (1995), in the same order; of `tests`, of which the others gave 1. */
export function adjusted(pValues, tests = pValues.length) {
  const order = [...pValues.keys()].sort((a, b) => pValues[a] - pValues[b]);
  const found = new Float64Array(pValues.length);
  let least = 1;
  for (let rank = order.length; rank > 0; rank -= 1) {
    least = Math.min(least, (pValues[order[rank - 1]] * tests) / rank);
    found[order[rank - 1]] = least;
  }
  return found;
}

/**
 * `values` that a selection (Uint8Array) has more often than the rest, the least p first: {annotation,
 * label, selected, of, rest, ofRest, p}, with counts of those that have any value; and `numbers` that
 * differ: {annotation, medians, of, ofRest, p}. Each p is adjusted for all values and numbers of all
 * annotations. Undefined once the comparison is `outdated`.
 */
export async function composition(proteins, selection, { most = 20, below = 0.05, outdated } = {}) {
  const found = await inPieces((rest) => tested(proteins, selection, rest), outdated);
  if (!found) return undefined;
  const { rows, tests } = found;
  const p = adjusted(rows.map((each) => each.p), tests);
  const told = rows.map((each, place) => ({ ...each, p: p[place] })).filter((each) => each.p < below);
  const least = (part) => part.sort((a, b) => a.p - b.p || b.selected - a.selected).slice(0, most);
  return { values: least(told.filter((each) => each.selected > 1)), numbers: least(told.filter(({ medians }) => medians)) };
}

/** Rows of all annotations, and how many tests there were. */
async function tested(proteins, selection, rest) {
  const logs = logFactorials(proteins.length);
  const all = [];
  for (const annotation of proteins.annotations) {
    all.push(await (annotation.numbers ? numeric(annotation, selection, rest) : counted(annotation, selection, logs, rest)));
    await rest();
  }
  return { rows: all.flatMap(({ rows }) => rows), tests: all.reduce((sum, { tests }) => sum + tests, 0) };
}

async function numeric({ name, numbers }, selection, rest) {
  const found = await comparedNumbers(numbers, selection, rest);
  return found ? { rows: [{ annotation: name, ...found }], tests: 1 } : { rows: [], tests: 0 };
}

async function counted({ name, labels, codes }, selection, logs, rest) {
  const sides = [new Uint32Array(labels.length), new Uint32Array(labels.length)];
  const sizes = [0, 0];
  for (let index = 0; index < codes.length; index += 1) {
    if (codes[index] < 0) continue;
    sides[1 - selection[index]][codes[index]] += 1;
    sizes[1 - selection[index]] += 1;
  }
  const single = await valuesOf(labels, rest);
  const [inside, outside] = sides.map((counts) => spread(counts, single));
  const [rows, [of, ofRest]] = [[], sizes];
  let tests = 0;
  for (let value = 0; value < inside.length; value += 1) {
    const [selected, others] = [inside[value], outside[value]];
    // Whoever has the value alone can never be told from chance.
    if (selected + others < 2) continue;
    tests += 1;
    if (!selected) continue;
    const p = tail(selected, selected + others, of, of + ofRest, logs);
    rows.push({ annotation: name, label: single.values[value], selected, of, rest: others, ofRest, p });
    if (rows.length % 1024 === 0) await rest();
  }
  return { rows, tests };
}

/** Counts of single values, of counts of labels that have them. */
function spread(counts, { values, places }) {
  if (!places) return counts;
  const found = new Uint32Array(values.length);
  counts.forEach((count, code) => places[code].forEach((place) => (found[place] += count)));
  return found;
}

const known = new WeakMap();

/** The single `values` of labels, and the `places` in them of those of each label; null where each has one. */
async function valuesOf(labels, rest) {
  if (known.has(labels)) return known.get(labels);
  const several = labels.some((label) => label.includes("; "));
  const found = several ? await split(labels, rest) : { values: labels, places: null };
  known.set(labels, found);
  return found;
}

async function split(labels, rest) {
  const known = new Map();
  const place = (value) => known.get(value) ?? (known.set(value, known.size), known.size - 1);
  const places = [];
  for (const label of labels) {
    places.push([...new Set(label.split("; "))].map(place));
    if (places.length % BLOCK === 0) await rest();
  }
  return { values: [...known.keys()], places };
}
