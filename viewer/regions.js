// Names of the dense regions of a map: the value of an annotation that each has more than the others.

import { cellsOf } from "./grid.js";

const SIDE = 64;
/** Least share of the points of a region that its name must fit. */
const SHARE = 0.3;
/** How many times as frequent as on the whole map the value must be. */
const TIMES = 1.25;
/** Least share of all points that a region must have, and least points. */
const LEAST = 0.004;
const FEWEST = 5;
/** A region with more of the points than this is looked at for denser ones inside. */
const LARGE = 0.15;
const DENSER = 1.7;
const DEEPEST = 8;

/** {text, x, y, size} of regions, the largest first; none for numbers. `xs` and `ys` are coordinates. */
export function regions(view, xs, ys, annotation) {
  if (!annotation?.labels || !xs.length) return [];
  const cells = cellsOf(view, xs, ys, SIDE, SIDE);
  const density = blurred(cells);
  const points = pointsOf(cells);
  const all = [...new Set(cells)].filter((cell) => cell >= 0);
  const found = split(all, density, points, (1.5 * xs.length) / SIDE ** 2, 0, xs.length);
  return found.map((members) => named(members, xs, ys, annotation)).filter(Boolean).sort((a, b) => b.size - a.size);
}

function blurred(cells) {
  const counts = new Float64Array(SIDE ** 2);
  for (const cell of cells) if (cell >= 0) counts[cell] += 1;
  return counts.map((own, cell) => (own + around(cell).reduce((sum, other) => sum + counts[other], 0) / 2) / 5);
}

/** The cells beside one, also across corners. */
function around(cell) {
  const [row, column] = [Math.floor(cell / SIDE), cell % SIDE];
  const found = [];
  for (let down = Math.max(0, row - 1); down <= Math.min(SIDE - 1, row + 1); down += 1) {
    for (let right = Math.max(0, column - 1); right <= Math.min(SIDE - 1, column + 1); right += 1) {
      if (down !== row || right !== column) found.push(down * SIDE + right);
    }
  }
  return found;
}

function pointsOf(cells) {
  const found = new Map();
  cells.forEach((cell, index) => (found.has(cell) ? found.get(cell).push(index) : found.set(cell, [index])));
  return found;
}

/** Indices of the points of each region of cells that are denser than a threshold. */
function split(cells, density, points, threshold, depth, all) {
  const least = Math.max(FEWEST, LEAST * all);
  return connected(cells.filter((cell) => density[cell] > threshold)).flatMap((part) => {
    const members = part.flatMap((cell) => points.get(cell) ?? []);
    if (members.length < least) return [];
    if (members.length < LARGE * all || depth === DEEPEST) return [members];
    const inner = split(part, density, points, DENSER * threshold, depth + 1, all);
    return inner.length ? inner : [members];
  });
}

function connected(cells) {
  const left = new Set(cells);
  const found = [];
  for (const first of cells) {
    if (!left.delete(first)) continue;
    const part = [first];
    for (let at = 0; at < part.length; at += 1) for (const next of around(part[at])) if (left.delete(next)) part.push(next);
    found.push(part);
  }
  return found;
}

/** A region with the value that is most above what it has on the whole map; null where none tells it. */
function named(members, xs, ys, { labels, codes, totals }) {
  const counts = new Map();
  for (const index of members) if (codes[index] >= 0) counts.set(codes[index], (counts.get(codes[index]) ?? 0) + 1);
  const times = ([code, count]) => count / members.length / (totals(code) / codes.length);
  const score = (found) => found[1] * Math.log2(times(found));
  const usual = ([, count]) => count >= SHARE * members.length;
  const [best] = [...counts].filter((found) => usual(found) && times(found) >= TIMES).sort((a, b) => score(b) - score(a));
  if (!best) return null;
  const own = members.filter((index) => codes[index] === best[0]);
  const middle = (values) => own.map((index) => values[index]).sort((a, b) => a - b)[own.length >> 1];
  return { text: labels[best[0]], x: middle(xs), y: middle(ys), size: members.length };
}

/** An annotation with `labels`, and how many proteins have each of its values. */
export function withTotals(annotation) {
  const counts = new Uint32Array(annotation.labels.length);
  for (const code of annotation.codes) if (code >= 0) counts[code] += 1;
  return { ...annotation, totals: (code) => counts[code] };
}
