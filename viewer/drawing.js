// Drawings of a map with legend and caption: SVG, of the same as a picture, an element for each point.

import { contourPath, placedLabels, RING } from "./overlay.js";
import { about, placed, SCALE, widthOf } from "./pictures.js";
import { RANK } from "./order.js";
import { drawn } from "./shapes.js";

/** Text of an SVG. */
export function svg(viewer, pane) {
  const { plot } = pane;
  const { width, height } = plot.view;
  const style = getComputedStyle(plot.canvas);
  const parts = about(viewer, pane);
  const places = placed(parts, width, height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${places.width}" height="${places.height}" viewBox="0 0 ${places.width} ${places.height}" font-family="sans-serif" font-size="13" fill="${style.color}">`,
    `<title>${escaped(parts.caption)}</title>`,
    `<clipPath id="map"><rect width="${width}" height="${height}"/></clipPath>`,
    `<rect width="100%" height="100%" fill="${style.backgroundColor}"/>`,
    '<g clip-path="url(#map)">',
    ...pointsOf(plot, style),
    ...contoursOf(plot, style),
    ...chosenOf(plot, style),
    ...namesOf(plot, style),
    "</g>",
    `<text x="16" y="${places.foot}">${escaped(parts.caption)}</text>`,
    ...legendOf(parts, places),
    "</svg>\n",
  ].join("\n");
}

function pointsOf(plot, { color: ink }) {
  const { xs, ys, classes, colours, shapes } = plot.show;
  const { view, order } = plot;
  const out = [];
  order.indices.forEach((index, place) => {
    const [x, y] = view.place(xs[index], ys[index]);
    if (x < 0 || y < 0 || x > view.width || y > view.height) return;
    const marked = place >= order.ends[RANK.plain];
    const look = place < order.ends[RANK.faint] ? ' opacity="0.2"' : marked ? ` stroke="${ink}" stroke-width="1.5"` : "";
    out.push(drawn(shapes.get(classes[index]), x, y, plot.radius + (marked ? 1.5 : 0), `fill="${colours[classes[index]]}"${look}`));
  });
  return out;
}

function contoursOf({ above, view }, { color: ink, backgroundColor: ground }) {
  return above.contours.flatMap((line, place) => {
    const path = contourPath(line, view);
    return [[ground, 2.5], [ink, 1]].map(([colour, width]) => `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${(width + 0.4 * place).toFixed(1)}"/>`);
  });
}

/** The ring around the chosen protein, and its lines to the nearest ones. */
function chosenOf({ above: { chosen, lines }, show: { xs, ys }, view, radius }, { color: ink }) {
  if (chosen === null) return [];
  const at = (index) => view.place(xs[index], ys[index]).map((place) => place.toFixed(1));
  const [x, y] = at(chosen);
  const path = lines.map((other) => `M${x} ${y}L${at(other).join(" ")}`).join("");
  return [`<path d="${path}" fill="none" stroke="${ink}"/>`, `<circle cx="${x}" cy="${y}" r="${radius + RING}" fill="none" stroke="${ink}" stroke-width="2.5"/>`];
}

function namesOf(plot, { backgroundColor: ground }) {
  const look = `text-anchor="middle" font-weight="600" stroke="${ground}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
  return placedLabels(plot.above.labels, plot.view, widthOf).map(({ text, x, y }) => `<text x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}" ${look}>${escaped(text)}</text>`);
}

function legendOf({ title, scale }, { left, marks, places }) {
  const write = (x, y, text, more = "") => `<text x="${x}" y="${(y + 4).toFixed(1)}"${more}>${escaped(text)}</text>`;
  const out = [write(left, 24, title, ' font-weight="600"')];
  if (scale) {
    const step = SCALE.height / scale.colours.length;
    scale.colours.toReversed().forEach((colour, place) => out.push(`<rect x="${left}" y="${(SCALE.top + place * step).toFixed(1)}" width="${SCALE.width}" height="${(step + 0.5).toFixed(1)}" fill="${colour}"/>`));
    out.push(...marks.map(([x, y, text]) => write(x, y, text)), write(left, SCALE.top + SCALE.height + 20, scale.range));
  }
  for (const [colour, shape, text, y] of places) out.push(drawn(shape, left + 6, y, 6, `fill="${colour}"`) + write(left + 20, y, text));
  return out;
}

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// Control characters, halves of pairs and the last two of the plane have no place in XML.
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => SIGNS[sign]).replace(/[\x00-\x1f\ufffe\uffff]|\p{Cs}/gu, " ");
