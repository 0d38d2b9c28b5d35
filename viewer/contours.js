// Lines of equal density on a map, each around a share of its points.

import { cellsOf } from "./grid.js";
import { STATE } from "./order.js";

/** Shares of the points that lines enclose, the outermost first. */
export const SHARES = [0.95, 0.75, 0.5, 0.25];
/** What the lines say. */
export const ENCLOSED = "Lines enclose 25, 50, 75 and 95 % of the proteins shown";
/** Cells along the shorter side of a map, which the points fill, and at most along the longer one. */
const SIDE = 100;
const MOST = 300;
/** Standard deviation of the kernel in cells: Silverman's rule for clusters of a tenth of the map. */
const width = (points) => Math.max(1.2, 12 * points ** (-1 / 6));
const FEWEST = 10;

/**
 * For each of SHARES a line as segments [x, y, x, y, ...] in coordinates; none for a few points. `states`
 * (or null) says which points are hidden: they do not count.
 */
export function contours(view, xs, ys, states) {
  const side = Math.min(view.right, view.up);
  const [columns, rows] = [view.right, view.up].map((reach) => Math.min(MOST, Math.ceil((SIDE * reach) / side)));
  const cells = cellsOf(view, xs, ys, columns, rows);
  const { counts, all } = counted(cells, states, columns * rows);
  if (all < FEWEST) return [];
  const grid = { values: smoothed(counts, columns, rows, width(all)), columns, rows };
  const lines = levels(grid.values, counts, all).map((level) => segments(grid, level));
  const along = (place, cells, middle, reach) => middle + ((2 * place + 1) / cells - 1) * reach;
  return lines.map((line) =>
    line.map((place, at) => (at % 2 ? along(place, rows, view.y0, view.up) : along(place, columns, view.x0, view.right))),
  );
}

function counted(cells, states, size) {
  const counts = new Float64Array(size);
  let all = 0;
  for (let index = 0; index < cells.length; index += 1) {
    if (cells[index] < 0 || states?.[index] === STATE.hidden) continue;
    counts[cells[index]] += 1;
    all += 1;
  }
  return { counts, all };
}

/** Counts after a Gaussian kernel along rows, then along columns. */
function smoothed(counts, columns, rows, deviation) {
  const reach = Math.ceil(3 * deviation);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, place) => Math.exp(-(((place - reach) / deviation) ** 2) / 2));
  const along = (values, step, length) =>
    values.map((_, cell) => {
      const at = Math.floor(cell / step) % length;
      let sum = 0;
      for (let by = Math.max(-reach, -at); by <= Math.min(reach, length - 1 - at); by += 1) sum += kernel[by + reach] * values[cell + by * step];
      return sum;
    });
  return along(along(counts, 1, columns), columns, rows);
}

/** The densities above which the cells hold the shares of all points. */
function levels(density, counts, all) {
  const cells = [...counts.keys()].filter((cell) => counts[cell]).sort((a, b) => density[b] - density[a]);
  let [sum, next] = [0, 0];
  const found = SHARES.toReversed().map((share) => {
    while (next < cells.length && sum < share * all) sum += counts[cells[next++]];
    return density[cells[next - 1]];
  });
  return found.reverse();
}

/** Segments of the line at a level, by marching squares; beyond the grid all is 0. Places count cells. */
function segments({ values, columns, rows }, level) {
  const at = (x, y) => (x < 0 || y < 0 || x >= columns || y >= rows ? 0 : values[y * columns + x]);
  const found = [];
  for (let y = -1; y < rows; y += 1) {
    for (let x = -1; x < columns; x += 1) {
      const around = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
      const above = around.filter((value) => value > level).length;
      if (above % 4) found.push(...square(x, y, around, level));
    }
  }
  return found;
}

/** Segments of a square whose corners have the values `around`, from its least corner against the clock. */
function square(x, y, around, level) {
  const corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]].map(([px, py], place) => [px, py, around[place]]);
  const cuts = corners.map((one, side) => cut(one, corners[(side + 1) % 4], level)).filter(Boolean);
  const middle = around.reduce((sum, value) => sum + value / 4, 0);
  // Of a saddle the middle says which corners belong together.
  if (cuts.length === 4 && middle > level !== around[0] > level) cuts.push(cuts.shift());
  return cuts.flat();
}

/** Where the side between two corners has the level; null where it has not. */
function cut([x, y, value], [toX, toY, toValue], level) {
  if (value > level === toValue > level) return null;
  const part = (level - value) / (toValue - value);
  return [x + part * (toX - x), y + part * (toY - y)];
}
