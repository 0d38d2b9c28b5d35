// The rank-sum test of Wilcoxon (Mann and Whitney), two-sided, by the normal approximation with
// corrections for ties and for continuity; and medians.

import { BLOCK } from "./pieces.js";

const known = new WeakMap();

/** The different numbers in their order, and for each protein which of them it has; -1 for NaN. */
async function ranked(numbers, rest) {
  if (known.has(numbers)) return known.get(numbers);
  const sorted = numbers.filter((value) => !Number.isNaN(value)).sort();
  await rest();
  const values = sorted.filter((value, place) => !place || value !== sorted[place - 1]);
  const places = new Int32Array(numbers.length);
  for (let index = 0; index < places.length; index += 1) {
    places[index] = placeOf(values, numbers[index]);
    if (index % BLOCK === 0) await rest();
  }
  known.set(numbers, { values, places });
  return known.get(numbers);
}

function placeOf(values, value) {
  let [low, high] = [0, values.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return Number.isNaN(value) ? -1 : low;
}

/**
 * Numbers (Float64Array, NaN where missing) of a selection (Uint8Array) against the rest: {medians: [of
 * the selection, of the rest], of, ofRest, p} with counts of those that have a number; null without any
 * on one side, or where all are the same. `rest` is that of `inPieces`.
 */
export async function comparedNumbers(numbers, selection, rest) {
  const { values, places } = await ranked(numbers, rest);
  const sides = [new Uint32Array(values.length), new Uint32Array(values.length)];
  const sizes = [0, 0];
  for (let index = 0; index < places.length; index += 1) {
    if (places[index] < 0) continue;
    sides[1 - selection[index]][places[index]] += 1;
    sizes[1 - selection[index]] += 1;
  }
  if (values.length < 2 || !sizes[0] || !sizes[1]) return null;
  const medians = sides.map((counts, side) => median(values, counts, sizes[side]));
  return { medians, of: sizes[0], ofRest: sizes[1], p: rankSum(sides, sizes) };
}

function median(values, counts, size) {
  const at = (rank) => {
    let place = 0;
    for (let before = counts[0]; before <= rank; before += counts[place]) place += 1;
    return values[place];
  };
  return (at((size - 1) >> 1) + at(size >> 1)) / 2;
}

/** The p-value of counts of two sides at the same values. */
function rankSum([own, others], [size, rest]) {
  const all = size + rest;
  let [before, ranks, ties] = [0, 0, 0];
  for (let place = 0; place < own.length; place += 1) {
    const tied = own[place] + others[place];
    ranks += own[place] * (before + (tied + 1) / 2);
    ties += tied ** 3 - tied;
    before += tied;
  }
  const distance = Math.abs(ranks - (size * (all + 1)) / 2) - 0.5;
  const variance = ((size * rest) / 12) * (all + 1 - ties / (all * (all - 1)));
  return Math.min(1, 2 * normalTail(distance / Math.sqrt(variance)));
}

/** The chance that a standard normal number is above `z`. */
export function normalTail(z) {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 3) {
    let fraction = z;
    for (let depth = 60; depth > 0; depth -= 1) fraction = z + depth / fraction;
    return density / fraction;
  }
  let [term, sum] = [z, z];
  for (let odd = 3; term > 1e-17 * sum; odd += 2) sum += term *= (z * z) / odd;
  return 0.5 - density * sum;
}
