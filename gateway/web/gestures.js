// Pointer, wheel and keys on the canvas: pan, zoom, hover, choose.

const STEP = 48;
const CLICK = 4;

/** `plot` is panned and zoomed; `hover(index, x, y)` and `choose(index)` report points. */
export class Gestures {
  constructor(plot, { hover, choose }) {
    Object.assign(this, { plot, hover, choose, pointers: new Map(), moved: 0 });
    const { canvas } = plot;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, (event) => this.up(event));
    }
    // A finger leaves with each tap; what it tapped stays shown.
    canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && hover(null));
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("dblclick", (event) => this.zoom(2, event));
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
    this.hover(null);
    this.plot.later(true);
  }

  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 240), event);
  }

  down(event) {
    this.plot.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
    this.moved = 0;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.point(event);
    this.pointers.set(event.pointerId, event);
    this.moved += Math.hypot(event.offsetX - before.offsetX, event.offsetY - before.offsetY);
    if (this.pointers.size === 2) this.pinch(before, event);
    else if (this.moved > CLICK) this.plot.view.pan(event.offsetX - before.offsetX, event.offsetY - before.offsetY);
    this.changed();
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
    if (!known || event.type !== "pointerup" || this.moved > CLICK) return;
    const { offsetX: x, offsetY: y } = event;
    const index = this.plot.nearest(x, y, event.pointerType === "touch" ? 24 : 14);
    this.choose(index);
    this.hover(index, x, y);
  }

  point(event) {
    if (event.pointerType === "touch") return;
    this.hover(this.plot.nearest(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
  }

  key(event) {
    const { view } = this.plot;
    const keys = {
      ArrowLeft: () => view.pan(STEP, 0),
      ArrowRight: () => view.pan(-STEP, 0),
      ArrowUp: () => view.pan(0, STEP),
      ArrowDown: () => view.pan(0, -STEP),
      "+": () => view.zoomAt(1.4),
      "=": () => view.zoomAt(1.4),
      "-": () => view.zoomAt(1 / 1.4),
      0: () => view.reset(),
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
    this.changed();
  }
}
