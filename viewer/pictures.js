// Pictures of a map with legend and caption: PNG. What they say beside the points is that of drawings, too.

import { ENCLOSED } from "./contours.js";
import { el } from "./dom.js";
import { number, range, readable } from "./format.js";
import { paint } from "./overlay.js";
import { outline } from "./shapes.js";

const LINE = 20;
const FOOT = 46;
const EDGE = 16;
const FONT = 'system-ui, "Liberation Sans", sans-serif';
/** Where a scale stands: its top, its size, and where what is below it begins. */
export const SCALE = { top: 44, width: 14, height: 120, below: 210 };
const ROWS = 50;
const LEAST_SIDE = 250;

/** What a picture says beside the points: title, legend entries with colours, and a caption. */
export function about(viewer, pane) {
  const { annotation } = viewer.state;
  const { entries, colours, shapes, below, labels, ends } = viewer.painter.colours;
  const shown = colours();
  const rows = entries.filter((entry) => !viewer.painter.isHidden(entry)).map((entry) => [shown[entry.class], shapes.get(entry.class), `${short(entry.label)} (${number(entry.count)})`]);
  const scale = ends ? { colours: shown.slice(0, below), labels, range: range(ends) } : null;
  const title = annotation ? short(readable(annotation.name)) : "";
  const caption = [viewer.proteins.title, counted(viewer.proteins.length, pane.plot.order.indices.length), pane.projection.name, viewer.state.contours && ENCLOSED.toLowerCase()].filter(Boolean).join(" · ");
  return { title, rows, scale, caption };
}

const short = (text) => (text.length > 30 ? `${text.slice(0, 29)}…` : text);
const counted = (all, shown) => (shown < all ? `${number(shown)} of ${number(all)} proteins` : `${number(all)} proteins`);

/** Where all of it stands, beside a map of `width` x `height` and below it: nothing is cut off. */
export function placed({ title, rows, scale, caption }, width, height) {
  const left = width + EDGE;
  const top = scale ? SCALE.below : ROWS;
  const marks = (scale?.labels ?? []).map(([place, text]) => [left + SCALE.width + 8, SCALE.top + SCALE.height * (1 - place), text]);
  const places = rows.map((row, place) => [...row, top + place * LINE]);
  const texts = [[title, 0], [scale?.range ?? "", 0], ...marks.map(([, , text]) => [text, SCALE.width + 8]), ...rows.map(([, , text]) => [text, 20])];
  const side = Math.max(LEAST_SIDE, ...texts.map(([text, aside]) => widthOf(text) + aside + 2 * EDGE));
  const body = Math.max(height, top + rows.length * LINE);
  return { left, marks, places, width: Math.ceil(Math.max(width + side, widthOf(caption) + 2 * EDGE)), height: body + FOOT, foot: body + FOOT / 2 };
}

let measure = null;

/** Pixels of a text, at most: titles are bold. */
export function widthOf(text) {
  measure ??= el("canvas").getContext("2d");
  measure.font = `600 13px ${FONT}`;
  return measure.measureText(text).width;
}

/** A Blob of a PNG, `times` as large as on the screen. */
export function png(viewer, pane, times) {
  const { plot } = pane;
  const { width, height } = plot.view;
  const parts = about(viewer, pane);
  const places = placed(parts, width, height);
  const canvas = el("canvas", { width: places.width * times, height: places.height * times });
  const context = canvas.getContext("2d");
  const style = getComputedStyle(plot.canvas);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  plot.drawAt(times, () => context.drawImage(plot.canvas, 0, 0, width * times, height * times));
  context.scale(times, times);
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  paint(context, plot, plot.above, style);
  context.restore();
  describe(context, parts, places, style.color);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function describe(context, { title, scale, caption }, { left, marks, places, foot }, ink) {
  Object.assign(context, { fillStyle: ink, textAlign: "left", textBaseline: "middle" });
  const write = (text, x, y, weight = "") => {
    Object.assign(context, { fillStyle: ink, font: `${weight} 13px ${FONT}` });
    context.fillText(text, x, y);
  };
  write(caption, EDGE, foot);
  write(title, left, 24, "600");
  if (scale) {
    const gradient = context.createLinearGradient(0, SCALE.top + SCALE.height, 0, SCALE.top);
    scale.colours.forEach((colour, place) => gradient.addColorStop(place / (scale.colours.length - 1), colour));
    context.fillStyle = gradient;
    context.fillRect(left, SCALE.top, SCALE.width, SCALE.height);
    for (const [x, y, text] of marks) write(text, x, y);
    write(scale.range, left, SCALE.top + SCALE.height + 20);
  }
  for (const [colour, shape, text, y] of places) {
    context.fillStyle = colour;
    outline(context, shape, left + 6, y, 6);
    context.fill();
    write(text, left + 20, y);
  }
}
