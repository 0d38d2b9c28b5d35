// Which points of a plot are at a place, or inside a path; hidden ones are not.

import { STATE } from "./order.js";

/** The index of the point nearest to a place, within some pixels; null where there is none. */
export function nearest(plot, px, py, within = 14) {
  const { xs, ys, states } = plot.show;
  const { view } = plot;
  let [best, least] = [null, within ** 2];
  for (let index = 0; index < xs.length; index += 1) {
    if (states && states[index] === STATE.hidden) continue;
    const x = view.placeX(xs[index]) - px;
    if (x * x > least) continue;
    const y = view.placeY(ys[index]) - py;
    const distance = x * x + y * y;
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

/** Indices of the points of a plot inside a path of places in pixels. */
export function inside(plot, path) {
  const { xs, ys, states } = plot.show;
  const [left, right] = ends(path.map(([x]) => x));
  const [top, bottom] = ends(path.map(([, y]) => y));
  const found = [];
  for (let index = 0; index < xs.length; index += 1) {
    if (states && states[index] === STATE.hidden) continue;
    const [x, y] = [plot.view.placeX(xs[index]), plot.view.placeY(ys[index])];
    if (x >= left && x <= right && y >= top && y <= bottom && within(path, x, y)) found.push(index);
  }
  return found;
}

const ends = (values) => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];

/** By how often a line to the right crosses the path. */
function within(path, x, y) {
  let odd = false;
  for (let place = 0, before = path.length - 1; place < path.length; before = place++) {
    const [ax, ay] = path[place];
    const [bx, by] = path[before];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}
