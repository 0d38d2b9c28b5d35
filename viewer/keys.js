// Keys on a map: arrows walk from point to point, with Shift they move the map.

import { nearest } from "./hits.js";
import { STATE } from "./order.js";

const STEP = 48;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Do what a key asks of `gestures`; others are left to the browser. */
export function steps(gestures, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = acts(gestures, event);
  if (!act) return;
  event.preventDefault();
  act();
}

function acts(gestures, { key, shiftKey }) {
  const { plot, calls } = gestures;
  const { view } = plot;
  const moving = (act) => () => {
    act();
    gestures.changed();
  };
  if (DIRECTIONS[key]) {
    const [right, down] = DIRECTIONS[key];
    if (shiftKey) return moving(() => view.pan(-right * STEP, -down * STEP));
    return () => calls.walk(neighbour(plot, plot.above.cursor ?? plot.above.chosen, right, down));
  }
  const { cursor } = plot.above;
  return {
    Enter: () => cursor !== null && calls.choose(cursor),
    " ": () => cursor !== null && calls.toggle(cursor),
    Escape: () => calls.escape(),
    "+": moving(() => view.zoomAt(1.4)),
    "=": moving(() => view.zoomAt(1.4)),
    "-": moving(() => view.zoomAt(1 / 1.4)),
    0: moving(() => view.reset()),
  }[key];
}

/**
 * The index of the nearest point in a direction (`right` and `down` are -1, 0 or 1), where far to the
 * side counts twice; from `index`, or the middle of the map if that is null. It is `index` at the end.
 */
export function neighbour(plot, index, right, down) {
  const { xs, ys, states } = plot.show;
  const { view } = plot;
  if (index === null) return nearest(plot, view.width / 2, view.height / 2, Infinity);
  const [x, y] = view.place(xs[index], ys[index]);
  let [best, least] = [index, Infinity];
  for (let other = 0; other < xs.length; other += 1) {
    if (other === index || (states && states[other] === STATE.hidden)) continue;
    const [dx, dy] = [view.placeX(xs[other]) - x, view.placeY(ys[other]) - y];
    const along = dx * right + dy * down;
    const aside = Math.abs(dx * down) + Math.abs(dy * right);
    // At one place are often several points: their order makes all of them reachable.
    const same = dx === 0 && dy === 0;
    if (same ? (right + down > 0) !== (other > index) : along <= 0 || aside > 2 * along) continue;
    const cost = same ? Math.abs(other - index) * 1e-9 : along + 2 * aside;
    if (cost < least) [best, least] = [other, cost];
  }
  return best;
}
