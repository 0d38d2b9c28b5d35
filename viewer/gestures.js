// Pointer, wheel and keys on the canvas: pan, zoom, hover, choose, select.

import { nearest } from "./hits.js";
import { steps } from "./keys.js";

const CLICK = 4;
const LONG_MILLISECONDS = 550;
/** Pixels within which a finger, or a pointer, meets a point. */
const REACH = { touch: 24, other: 14 };

/**
 * `plot` is panned and zoomed. `calls` report points: `hover(index, x, y)`, `choose(index)`, `walk(index)`
 * (by keys), `toggle(index)` (a long press), and `enclose(path, event)` (a box or a lasso).
 */
export class Gestures {
  constructor(plot, calls) {
    Object.assign(this, { plot, calls, pointers: new Map(), moved: 0, tool: "move", path: null });
    const { canvas } = plot;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.up(event));
    // A finger leaves with each tap; what it tapped stays shown.
    canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && calls.hover(null));
    canvas.addEventListener("keydown", (event) => steps(this, event));
    canvas.addEventListener("dblclick", (event) => this.tool === "move" && this.zoom(2, event));
    canvas.addEventListener("contextmenu", (event) => this.pointers.size && event.preventDefault());
  }

  zoom(by, at) {
    this.plot.view.zoomAt(by, at?.offsetX, at?.offsetY);
    this.changed();
  }

  reset() {
    this.plot.view.reset();
    this.changed();
  }

  changed() {
    this.calls.hover(null);
    this.plot.later(true);
    this.calls.moved();
  }

  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 240), event);
  }

  down(event) {
    this.plot.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
    this.moved = 0;
    clearTimeout(this.long);
    if (this.pointers.size > 1) this.enclose(null);
    else if (this.tool !== "move") this.path = [[event.offsetX, event.offsetY]];
    else if (event.pointerType === "touch") this.long = setTimeout(() => this.press(event), LONG_MILLISECONDS);
  }

  /** A finger that rests: its point is taken into the selection, or out of it. */
  press({ offsetX: x, offsetY: y }) {
    if (this.pointers.size !== 1 || this.moved > CLICK) return;
    this.moved = Infinity;
    const index = nearest(this.plot, x, y, REACH.touch);
    if (index !== null) this.calls.toggle(index);
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.point(event);
    this.pointers.set(event.pointerId, event);
    this.moved += Math.hypot(event.offsetX - before.offsetX, event.offsetY - before.offsetY);
    if (this.path) return this.extend(event);
    if (this.pointers.size === 2) this.pinch(before, event);
    else if (this.moved > CLICK) this.plot.view.pan(event.offsetX - before.offsetX, event.offsetY - before.offsetY);
    this.changed();
  }

  extend({ offsetX: x, offsetY: y }) {
    const [[left, top]] = this.path;
    this.path = this.tool === "box" ? [[left, top], [x, top], [x, y], [left, y]] : [...this.path, [x, y]];
    this.plot.draft({ path: this.path });
  }

  enclose(event) {
    const { path } = this;
    this.path = null;
    this.plot.draft({ path: null });
    if (event && path?.length > 2) this.calls.enclose(path, event);
  }

  /** Two fingers: what lies between them stays there. */
  pinch(before, event) {
    const other = [...this.pointers.values()].find((found) => found.pointerId !== event.pointerId);
    const apart = (one) => Math.hypot(one.offsetX - other.offsetX, one.offsetY - other.offsetY) || 1;
    const middle = [(event.offsetX + other.offsetX) / 2, (event.offsetY + other.offsetY) / 2];
    this.plot.view.zoomAt(apart(event) / apart(before), ...middle);
  }

  up(event) {
    const known = this.pointers.delete(event.pointerId);
    clearTimeout(this.long);
    const ended = known && event.type === "pointerup";
    if (this.path && this.moved > CLICK) return this.enclose(ended ? event : null);
    this.path = null;
    if (!ended || this.moved > CLICK) return;
    const { offsetX: x, offsetY: y } = event;
    const index = nearest(this.plot, x, y, REACH[event.pointerType] ?? REACH.other);
    if (index !== null && (event.ctrlKey || event.metaKey)) return this.calls.toggle(index);
    this.calls.choose(index);
    this.calls.hover(index, x, y);
  }

  point(event) {
    if (event.pointerType === "touch") return;
    this.calls.hover(nearest(this.plot, event.offsetX, event.offsetY), event.offsetX, event.offsetY);
  }
}
