// In which order points are drawn: shuffled, so that no class hides another; faint, old and grey ones first.

/** States of points. */
export const STATE = { plain: 0, faint: 1, hidden: 2, marked: 3 };
const RANKS = 5;
const HIDDEN = RANKS;
/** What is drawn first: faint points, those of the class `oldest`, those of other classes from `below` on, others, marked. */
export const RANK = { faint: 0, old: 1, grey: 2, plain: 3, marked: 4 };

/**
 * Indices as they are drawn, and where each rank ends in them: those of RANK. `states` (or null) has one of STATE for
 * each point.
 */
export function ordered(classes, below, oldest, states) {
  const ends = new Uint32Array(RANKS);
  const ranks = new Uint8Array(classes.length);
  for (let index = 0; index < ranks.length; index += 1) {
    const found = classes[index];
    ranks[index] = rank(found === oldest ? RANK.old : found >= below ? RANK.grey : RANK.plain, states ? states[index] : STATE.plain);
    if (ranks[index] < HIDDEN) ends[ranks[index]] += 1;
  }
  for (let place = 1; place < RANKS; place += 1) ends[place] += ends[place - 1];
  const indices = new Uint32Array(ends[RANKS - 1]);
  const next = [0, ...ends];
  const order = shuffled(classes.length);
  for (let place = 0; place < order.length; place += 1) {
    const index = order[place];
    if (ranks[index] < HIDDEN) indices[next[ranks[index]]++] = index;
  }
  return { indices, ends };
}

function rank(usual, state) {
  if (state === STATE.hidden) return HIDDEN;
  if (state === STATE.faint) return RANK.faint;
  return state === STATE.marked ? RANK.marked : usual;
}

const known = new Map();

/** The numbers below `count` in an order that is the same each time. */
function shuffled(count) {
  if (!known.has(count)) known.set(count, shuffle(count));
  return known.get(count);
}

function shuffle(count) {
  const found = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) found[index] = index;
  let state = 1;
  for (let last = count - 1; last > 0; last -= 1) {
    // A linear congruential generator; its high bits are the random ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [found[last], found[other]] = [found[other], found[last]];
  }
  return found;
}
