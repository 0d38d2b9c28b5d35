// Points drawn without WebGL, for browsers that have none: slower, with the same methods as Points.

import { outline, shapeOf } from "./shapes.js";

const STAMPED = 20_000;

export class Dots {
  constructor(canvas) {
    this.context = canvas.getContext("2d", { alpha: false });
    this.sent = { x: [], y: [], kind: [], order: [] };
  }

  start() {}

  send(name, values) {
    this.sent[name] = values;
  }

  draw(view, density, ground, runs) {
    const { context } = this;
    const { width, height } = context.canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = css(ground);
    context.fillRect(0, 0, width, height);
    context.scale(density, density);
    for (const run of runs) this.run(view, density, run);
  }

  run(view, density, [first, length, look]) {
    const { x, y, kind, order } = this.sent;
    const square = x.length > STAMPED;
    const stamps = look.colours.map((colour, kind) => (square ? css(colour) : stamp(css(colour), shapeOf(look.shapes[kind]), look, density)));
    const half = look.size / 2;
    for (let place = first; place < first + length; place += 1) {
      const index = order[place];
      const [left, top] = [view.placeX(x[index]) - half, view.placeY(y[index]) - half];
      if (left < -look.size || top < -look.size || left > view.width || top > view.height) continue;
      if (square) this.square(stamps[kind[index]], left, top, look.size);
      else this.context.drawImage(stamps[kind[index]], left, top, look.size, look.size);
    }
  }

  square(colour, left, top, size) {
    if (this.context.fillStyle !== colour) this.context.fillStyle = colour;
    this.context.fillRect(left, top, size, size);
  }

  /** Wait until what was asked for is drawn. */
  finish() {
    this.context.getImageData(0, 0, 1, 1);
  }
}

const css = (colour) => `#${colour.map((value) => Math.round(255 * value).toString(16).padStart(2, "0")).join("")}`;

/** A point with an edge, to be copied. */
function stamp(colour, shape, { size, line, edge }, density) {
  const side = Math.max(1, Math.ceil(size * density));
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d");
  context.scale(side / size, side / size);
  outline(context, shape, size / 2, size / 2, size / 2 - line / 2);
  context.fillStyle = colour;
  context.fill();
  Object.assign(context, { lineWidth: line, strokeStyle: css(edge) });
  context.stroke();
  return canvas;
}
