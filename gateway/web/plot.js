// Points on a canvas. A dot of each colour is drawn once and then copied; while many points move, they
// are squares, which take a tenth of the time.

import { View } from "./view.js";

const FAINT = 0.12;
const MANY = 2500;
const REST_MILLISECONDS = 150;

export class Plot {
  /** `fitted(count)` is called with the number of points beyond the border, at each change of size. */
  constructor(canvas, fitted) {
    Object.assign(this, { canvas, fitted });
    this.view = new View();
    this.show = { xs: [], ys: [], classes: [], colours: [], below: 0, lit: null, chosen: null };
    this.due = 0;
    this.resize();
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /**
   * Change what is shown: coordinates `xs`, `ys`, a class for each point and the colours of the
   * classes, of which those from `below` on are drawn below the others; `lit(index)` says which points
   * are not faint, `chosen` is the index of one in a ring.
   */
  set(changes) {
    Object.assign(this.show, changes);
    if (changes.xs) this.fit();
    this.later();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.density = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: width * this.density, height: height * this.density });
    this.fit();
    this.draw();
  }

  fit() {
    const { xs, ys } = this.show;
    this.view.fit(xs, ys, this.canvas.clientWidth, this.canvas.clientHeight);
    this.fitted(this.view.outside(xs, ys));
  }

  /** Draw with the next frame, however many changes there are until then. */
  later(moving = false) {
    this.moving = moving && this.show.xs.length > MANY;
    clearTimeout(this.rest);
    if (this.moving) this.rest = setTimeout(() => this.later(), REST_MILLISECONDS);
    this.due ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.due);
    this.due = 0;
    const context = this.canvas.getContext("2d");
    const { xs, classes, colours, lit } = this.show;
    context.setTransform(this.density, 0, 0, this.density, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const dots = colours.map((colour) => dot(colour, this.radius, this.density, this.ground));
    for (const pass of lit ? [false, true] : [true]) {
      context.globalAlpha = pass ? 1 : FAINT;
      let last = null;
      for (const index of this.order()) {
        if (lit && lit(index) !== pass) continue;
        if (this.moving && classes[index] !== last) context.fillStyle = colours[(last = classes[index])];
        this.stamp(context, dots[classes[index]], index);
      }
    }
    context.globalAlpha = 1;
    this.ring(context);
    this.canvas.dataset.drawn = xs.length;
  }

  /** Indices of the points as they are drawn: shuffled, so that no class hides another; grey ones first. */
  order() {
    const { classes, below } = this.show;
    if (this.orderOf !== classes) {
      const all = shuffled(classes.length);
      this.ordered = [...all.filter((index) => classes[index] >= below), ...all.filter((index) => classes[index] < below)];
      this.orderOf = classes;
    }
    return this.ordered;
  }

  stamp(context, { image, size, side }, index) {
    const [x, y] = this.view.place(this.show.xs[index], this.show.ys[index]);
    const half = size / 2;
    if (x < -half || y < -half || x > this.view.width + half || y > this.view.height + half) return;
    if (this.moving) context.fillRect(x - side / 2, y - side / 2, side, side);
    else context.drawImage(image, x - half, y - half, size, size);
  }

  ring(context) {
    const { chosen, xs, ys } = this.show;
    if (chosen === null || chosen >= xs.length) return;
    const [x, y] = this.view.place(xs[chosen], ys[chosen]);
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, this.radius + 4, 0, 2 * Math.PI);
    context.stroke();
  }

  get radius() {
    const { length } = this.show.xs;
    const base = length > 4000 ? 2.4 : length > 800 ? 3.4 : 4.6;
    return base * Math.min(2, Math.max(1, this.view.zoom ** 0.3));
  }

  get ground() {
    return getComputedStyle(this.canvas).backgroundColor;
  }

  /** The index of the point nearest to a place, within some pixels; null where there is none. */
  nearest(px, py, within = 14) {
    const { xs, ys } = this.show;
    let [best, least] = [null, within ** 2];
    for (let index = 0; index < xs.length; index += 1) {
      const [x, y] = this.view.place(xs[index], ys[index]);
      const distance = (x - px) ** 2 + (y - py) ** 2;
      if (distance < least) [best, least] = [index, distance];
    }
    return best;
  }
}

/** A dot with a thin edge in the colour of the ground, and the side of a square as large. */
function dot(colour, radius, density, ground) {
  const size = 2 * Math.ceil(radius + 1);
  const canvas = new OffscreenCanvas(Math.ceil(size * density), Math.ceil(size * density));
  const context = canvas.getContext("2d");
  context.scale(density, density);
  context.arc(size / 2, size / 2, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = ground;
  context.lineWidth = radius < 3 ? 0.4 : 0.8;
  context.stroke();
  return { image: canvas.transferToImageBitmap(), size, side: 1.77 * radius };
}

/** The numbers below `count` in an order that is the same each time. */
function shuffled(count) {
  const found = Uint32Array.from({ length: count }, (_, index) => index);
  let state = 1;
  for (let last = count - 1; last > 0; last -= 1) {
    // A linear congruential generator; its high bits are the random ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [found[last], found[other]] = [found[other], found[last]];
  }
  return found;
}
