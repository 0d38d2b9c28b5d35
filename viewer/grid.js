// A grid over a map, as far as its border.

/** The cell (row by row, from below) of a grid of `columns` x `rows` that each point is in; -1 beyond the border. */
export function cellsOf(view, xs, ys, columns, rows) {
  const found = new Int32Array(xs.length);
  const along = (value, middle, reach, cells) => Math.floor(((value - middle) / reach + 1) * (cells / 2));
  for (let index = 0; index < found.length; index += 1) {
    const column = along(xs[index], view.x0, view.right, columns);
    const row = along(ys[index], view.y0, view.up, rows);
    found[index] = column < 0 || row < 0 || column >= columns || row >= rows ? -1 : row * columns + column;
  }
  return found;
}
