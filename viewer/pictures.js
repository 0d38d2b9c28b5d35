// Pictures of a map with legend and caption: PNG, and SVG.

import { ENCLOSED } from "./contours.js";
import { el } from "./dom.js";
import { number, readable, value } from "./format.js";
import { contourPath, paint, placedLabels } from "./overlay.js";
import { drawn, outline } from "./shapes.js";

const SIDE = 250;
const FOOT = 46;
const LINE = 20;
/** Width of a letter, about. */
const LETTER = 7.5;
const FONT = 'system-ui, "Liberation Sans", sans-serif';

/** What a picture says beside the points: title, legend entries with colours, and a caption. */
export function about(viewer, pane) {
  const { annotation } = viewer.state;
  const { entries, colours, shapes, below, ends } = viewer.painter.colours;
  const shown = colours();
  const rows = entries.filter((entry) => !viewer.painter.isHidden(entry)).map((entry) => [shown[entry.class], shapes.get(entry.class), `${short(entry.label)} (${number(entry.count)})`]);
  const scale = ends ? { colours: shown.slice(0, below), ends: ends.map(value) } : null;
  const title = annotation ? readable(annotation.name) : "";
  const caption = [viewer.proteins.title, `${number(viewer.proteins.length)} proteins`, pane.projection.name, viewer.state.contours && ENCLOSED.toLowerCase()].filter(Boolean).join(" · ");
  return { title, rows, scale, caption };
}

const short = (text) => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

/** A Blob of a PNG, `times` as large as on the screen. */
export function png(viewer, pane, times) {
  const { plot } = pane;
  const { width, height } = plot.view;
  const canvas = el("canvas", { width: (width + SIDE) * times, height: (height + FOOT) * times });
  const context = canvas.getContext("2d");
  const style = getComputedStyle(plot.canvas);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  plot.drawAt(times, () => context.drawImage(plot.canvas, 0, 0, width * times, height * times));
  context.scale(times, times);
  paint(context, plot, plot.above, style);
  describe(context, about(viewer, pane), width, height, style.color);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function describe(context, { title, rows, scale, caption }, width, height, ink) {
  Object.assign(context, { fillStyle: ink, textAlign: "left", textBaseline: "middle" });
  const write = (text, x, y, weight = "") => {
    context.font = `${weight} 13px ${FONT}`;
    context.fillText(text, x, y);
  };
  write(caption, 16, height + FOOT / 2);
  write(title, width + 16, 24, "600");
  if (scale) {
    const gradient = context.createLinearGradient(width + 16, 0, width + 16 + 180, 0);
    scale.colours.forEach((colour, place) => gradient.addColorStop(place / (scale.colours.length - 1), colour));
    context.fillStyle = gradient;
    context.fillRect(width + 16, 40, 180, 12);
    context.fillStyle = ink;
    write(scale.ends.join(" to "), width + 16, 66);
  }
  rows.forEach(([colour, shape, text], place) => {
    const y = (scale ? 90 : 50) + place * LINE;
    context.fillStyle = colour;
    outline(context, shape, width + 22, y, 6);
    context.fill();
    context.fillStyle = ink;
    write(text, width + 36, y);
  });
}

/** Text of an SVG of the same: an element for each point that is to be seen. */
export function svg(viewer, pane) {
  const { plot } = pane;
  const { width, height } = plot.view;
  const style = getComputedStyle(plot.canvas);
  const parts = about(viewer, pane);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width + SIDE}" height="${height + FOOT}" font-family="sans-serif" font-size="13" fill="${style.color}">`,
    `<title>${escaped(parts.caption)}</title>`,
    `<rect width="100%" height="100%" fill="${style.backgroundColor}"/>`,
    ...pointsOf(plot),
    ...contoursOf(plot, style),
    ...namesOf(plot, style),
    `<text x="16" y="${height + FOOT / 2}">${escaped(parts.caption)}</text>`,
    ...legendOf(parts, width),
    "</svg>\n",
  ].join("\n");
}

function pointsOf(plot) {
  const { xs, ys, classes, colours, shapes } = plot.show;
  const { view, order } = plot;
  const out = [];
  order.indices.forEach((index, place) => {
    const [x, y] = view.place(xs[index], ys[index]);
    if (x < 0 || y < 0 || x > view.width || y > view.height) return;
    const faint = place < order.ends[0] ? ' opacity="0.2"' : "";
    out.push(drawn(shapes.get(classes[index]), x, y, plot.radius, `fill="${colours[classes[index]]}"${faint}`));
  });
  return out;
}

function contoursOf({ above, view }, { color: ink, backgroundColor: ground }) {
  return above.contours.flatMap((line, place) => {
    const path = contourPath(line, view);
    return [[ground, 2.5], [ink, 1]].map(([colour, width]) => `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${(width + 0.4 * place).toFixed(1)}"/>`);
  });
}

function namesOf(plot, { backgroundColor: ground }) {
  const look = `text-anchor="middle" font-weight="600" stroke="${ground}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
  const placed = placedLabels(plot.above.labels, plot.view, (text) => LETTER * text.length);
  return placed.map(({ text, x, y }) => `<text x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}" ${look}>${escaped(text)}</text>`);
}

function legendOf({ title, rows, scale }, width) {
  const out = [`<text x="${width + 16}" y="28" font-weight="600">${escaped(title)}</text>`];
  if (scale) {
    const step = 180 / scale.colours.length;
    scale.colours.forEach((colour, place) => out.push(`<rect x="${(width + 16 + place * step).toFixed(1)}" y="40" width="${(step + 0.5).toFixed(1)}" height="12" fill="${colour}"/>`));
    out.push(`<text x="${width + 16}" y="70">${escaped(scale.ends.join(" to "))}</text>`);
  }
  rows.forEach(([colour, shape, text], place) => {
    const y = (scale ? 90 : 50) + place * LINE;
    out.push(`${drawn(shape, width + 22, y, 6, `fill="${colour}"`)}<text x="${width + 36}" y="${y + 4}">${escaped(text)}</text>`);
  });
  return out;
}

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// Control characters have no place in XML.
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => SIGNS[sign]).replace(/[\x00-\x1f]/g, " ");
