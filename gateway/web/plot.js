// Points on a canvas. A dot of each colour is drawn once and then copied; while many points move, they
// are squares, which take a tenth of the time.

import { View } from "./view.js";

const FAINT = 0.12;
const MANY = 2500;
const REST_MILLISECONDS = 150;

export class Plot {
  constructor(canvas) {
    this.canvas = canvas;
    this.view = new View();
    this.show = { xs: [], ys: [], classes: [], colours: [], lit: null, chosen: null };
    this.due = 0;
    this.resize();
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /**
   * Change what is shown: coordinates `xs`, `ys`, a class for each point and the colours of the
   * classes; `lit(index)` says which points are not faint, `chosen` is the index of one in a ring.
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
    this.view.fit(this.show.xs, this.show.ys, this.canvas.clientWidth, this.canvas.clientHeight);
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
      // Frequent classes come first in the legend, and lie below the rare ones.
      for (const group of this.byClass(colours.length)) {
        context.fillStyle = colours[classes[group[0]]] ?? "";
        for (const index of group) if (!lit || lit(index) === pass) this.stamp(context, dots[classes[index]], index);
      }
    }
    context.globalAlpha = 1;
    this.ring(context);
    this.canvas.dataset.drawn = xs.length;
  }

  /** Indices of the points of each class: missing and rest at the bottom, rare classes on top. */
  byClass(count) {
    const { classes } = this.show;
    if (this.groupsOf !== classes) {
      this.groups = Array.from({ length: count }, () => []);
      for (let index = 0; index < classes.length; index += 1) this.groups[classes[index]].push(index);
      const bottom = this.groups.splice(-2).reverse();
      this.groups.unshift(...bottom);
      this.groupsOf = classes;
    }
    return this.groups;
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
  context.lineWidth = 0.8;
  context.stroke();
  return { image: canvas.transferToImageBitmap(), size, side: 1.77 * radius };
}
