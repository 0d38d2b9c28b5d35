// One map: points on a canvas, and above them what is drawn in lines.

import { channels } from "./colours.js";
import { Dots } from "./dots.js";
import { ordered, RANK } from "./order.js";
import { drawOverlay } from "./overlay.js";
import { pointsOf } from "./points.js";
import { numbersOf } from "./shapes.js";
import { View } from "./view.js";

/** How much of its colour a faint point keeps; the rest is that of the ground. */
const FAINT = 0.2;
const REST_MILLISECONDS = 150;
/** Up to so many points edges are smooth; while more move, as many are drawn as a frame allows. */
const SMOOTH = 20_000;
const FRAME_MILLISECONDS = 24;
const FEWEST = 10_000;

export class Plot {
  /** `fitted(count)` is called with the number of points beyond the border, at each change of size. */
  constructor(canvas, overlay, fitted) {
    Object.assign(this, { canvas, overlay, fitted });
    this.view = new View();
    this.show = { xs: [], ys: [], classes: new Uint8Array(), colours: [], shapes: new Map(), below: 0, oldest: 0, states: null };
    this.above = { chosen: null, cursor: null, lines: [], path: null, labels: [], contours: [] };
    this.due = 0;
    this.most = Infinity;
    this.points = pointsOf(canvas) ?? new Dots(canvas);
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => this.restore());
    this.resize();
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /**
   * Change what is shown: coordinates `xs`, `ys`, a class for each point (Uint8Array) and the colours of
   * the classes, of which those from `below` on are drawn below the others, `oldest` first, and `shapes`
   * of those that are no circles; `states` has one of STATE for each point, or is null.
   */
  set(changes) {
    Object.assign(this.show, changes);
    if (changes.xs) this.fit();
    this.send(changes);
    this.later();
  }

  /** Change what is drawn above the points: indices `chosen` and `cursor`, `lines` (indices that the chosen is joined to), a `path` of places, `labels`, `contours`. */
  draft(changes) {
    Object.assign(this.above, changes);
    this.later(this.moving);
  }

  send(changes) {
    const { xs, ys, classes, below, oldest, states } = this.show;
    if (changes.xs) this.points.send("x", Float32Array.from(xs));
    if (changes.ys) this.points.send("y", Float32Array.from(ys));
    if (changes.classes) this.points.send("kind", classes);
    if (!("classes" in changes || "below" in changes || "states" in changes)) return;
    this.order = ordered(classes, below, oldest, states);
    this.points.send("order", this.order.indices);
  }

  restore() {
    this.points.start();
    this.send(this.show);
    this.draw();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.density = window.devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.overlay]) {
      Object.assign(canvas, { width: Math.round(width * this.density), height: Math.round(height * this.density) });
    }
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
    this.moving = moving && this.show.xs.length > SMOOTH;
    clearTimeout(this.rest);
    if (this.moving) this.rest = setTimeout(() => this.later(), REST_MILLISECONDS);
    this.due ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.due);
    this.due = 0;
    const smoothly = this.show.xs.length <= SMOOTH;
    const started = performance.now();
    this.points.draw(this.view, this.density, channels(this.ground), this.runs(), smoothly);
    if (this.moving) this.pace(started);
    drawOverlay(this);
    this.canvas.dataset.drawn = this.show.xs.length;
  }

  /** Draw once with another density, and call `use` while the canvas has that picture. */
  drawAt(density, use) {
    const { width, height } = this.view;
    const before = [this.density, this.canvas.width, this.canvas.height];
    Object.assign(this.canvas, { width: Math.round(width * density), height: Math.round(height * density) });
    this.density = density;
    this.points.draw(this.view, density, channels(this.ground), this.runs(), true);
    use();
    [this.density, this.canvas.width, this.canvas.height] = before;
    this.draw();
  }

  /** Draw fewer points in the next frame of a movement if this one was late, or more. */
  pace(started) {
    this.points.finish();
    const took = performance.now() - started;
    const drawn = Math.min(this.most, this.show.xs.length);
    this.most = Math.max(FEWEST, (drawn * Math.min(1.5, (0.8 * FRAME_MILLISECONDS) / took)) | 0);
  }

  /** Runs of the order to draw, with the look of each; of a movement in a large map, a part of each. */
  runs() {
    if (!this.order) return [];
    const { ends } = this.order;
    const part = this.moving ? Math.min(1, this.most / (ends[RANK.marked] || 1)) : 1;
    const starts = [0, ...ends];
    const lengths = Array.from(ends, (end, rank) => Math.ceil((end - starts[rank]) * part));
    return lengths.map((length, rank) => [starts[rank], length, this.look(rank)]);
  }

  look(rank) {
    const marked = rank === RANK.marked;
    // Few new proteins are to be seen among many old ones, which come first and are grey.
    const above = this.show.classes[0] === this.show.oldest && rank > RANK.old ? 2 : 0;
    const ground = channels(this.ground);
    const colours = this.show.colours.map(channels);
    return {
      colours: rank === RANK.faint ? colours.map((colour) => faint(colour, ground)) : colours,
      shapes: numbersOf(this.show.shapes, colours.length),
      edge: marked ? channels(getComputedStyle(this.canvas).color) : ground,
      size: 2 * this.radius + (marked ? 3 : above),
      line: marked ? 1.5 : this.radius < 3 ? 0.15 : 0.6,
    };
  }

  get radius() {
    const { length } = this.show.xs;
    const base = length > 100_000 ? 1.2 : length > 20_000 ? 1.7 : length > 4000 ? 2.4 : length > 800 ? 3.4 : 4.6;
    return base * Math.min(2.5, Math.max(1, this.view.zoom ** 0.3));
  }

  get ground() {
    return getComputedStyle(this.canvas).backgroundColor;
  }
}

const faint = (colour, ground) => colour.map((value, place) => ground[place] + FAINT * (value - ground[place]));
