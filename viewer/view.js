// From coordinates of a projection to places on the canvas: fitted, then panned and zoomed. A few points
// far from all others would squeeze the map: they are at its border.

const MARGIN = 24;
const BORDER = 8;
/** Part of the points at each end of an axis that may be far, and beyond which part of the others' span. */
const CUT = 0.0025;
const FAR = 0.25;
const MOST = 60;

export class View {
  constructor() {
    this.reset();
  }

  reset() {
    Object.assign(this, { zoom: 1, left: 0, top: 0 });
  }

  get isWhole() {
    return this.zoom === 1 && !this.left && !this.top;
  }

  /** Fit these coordinates (arrays) into width x height, with equal scales for both axes. */
  fit(xs, ys, width, height) {
    const [x, y] = [middle(xs), middle(ys)];
    const room = (size) => Math.max(1, size - 2 * MARGIN);
    const scale = Math.min(room(width) / (x.span || 1), room(height) / (y.span || 1));
    // What was panned, in parts of the map, stays when its size changes.
    const share = this.scale ? scale / this.scale : 1;
    Object.assign(this, { left: this.left * share, top: this.top * share });
    Object.assign(this, { width, height, x0: x.at, y0: y.at, scale });
    const reach = (size) => Math.max(1, size / 2 - BORDER) / scale;
    Object.assign(this, { right: reach(width), up: reach(height) });
  }

  /** How many points lie beyond the border, where they are drawn. */
  outside(xs, ys) {
    let found = 0;
    for (let index = 0; index < xs.length; index += 1) {
      found += Math.abs(xs[index] - this.x0) > this.right || Math.abs(ys[index] - this.y0) > this.up;
    }
    return found;
  }

  get factor() {
    return this.scale * this.zoom;
  }

  /** Places of points, in pixels; y grows upwards in a projection. */
  place(x, y) {
    return [this.placeX(x), this.placeY(y)];
  }

  placeX(x) {
    return this.width / 2 + this.left + within(x - this.x0, this.right) * this.factor;
  }

  placeY(y) {
    return this.height / 2 + this.top - within(y - this.y0, this.up) * this.factor;
  }

  pan(right, down) {
    this.left += right;
    this.top += down;
  }

  /** Zoom so that what is at a place (pixels) stays there. */
  zoomAt(by, px = this.width / 2, py = this.height / 2) {
    const zoom = Math.max(0.5, Math.min(MOST, this.zoom * by));
    const real = zoom / this.zoom;
    this.left = px - this.width / 2 - (px - this.width / 2 - this.left) * real;
    this.top = py - this.height / 2 - (py - this.height / 2 - this.top) * real;
    this.zoom = zoom;
  }

  /** Bring a point into the middle, if it is not to be seen. */
  reveal(x, y) {
    const [px, py] = this.place(x, y);
    const inside = (place, size) => place >= 0 && place <= size;
    if (inside(px, this.width) && inside(py, this.height)) return;
    this.pan(this.width / 2 - px, this.height / 2 - py);
  }

  /** Zoom and middle, which do not depend on the size of the canvas; `restore` takes them back. */
  save() {
    return [this.zoom, this.left / this.factor, this.top / this.factor];
  }

  restore([zoom, left, top]) {
    this.zoom = Math.max(0.5, Math.min(MOST, zoom));
    Object.assign(this, { left: left * this.factor, top: top * this.factor });
  }
}

const within = (value, most) => Math.max(-most, Math.min(most, value));
/** Coordinates -> their middle: sorting half a million takes longer than a frame. */
const known = new WeakMap();

function middle(values) {
  if (!known.has(values)) known.set(values, middleOf(values));
  return known.get(values);
}

function middleOf(values) {
  const sorted = Float64Array.from(values).sort();
  const last = sorted.length - 1;
  const cut = Math.round(CUT * last);
  if (last < 0) return { at: 0, span: 0 };
  const reach = FAR * (sorted[last - cut] - sorted[cut]);
  const low = sorted.find((value) => value >= sorted[cut] - reach);
  const high = sorted.findLast((value) => value <= sorted[last - cut] + reach);
  return { at: (low + high) / 2, span: high - low };
}
