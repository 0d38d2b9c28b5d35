// What is drawn above the points: rings, lines to the nearest proteins, a path, names of regions.

export const RING = 4;

/** Draw all of it for a plot. */
export function drawOverlay(plot) {
  const { overlay, density, above } = plot;
  const context = overlay.getContext("2d");
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, overlay.width, overlay.height);
  paint(context, plot, above, getComputedStyle(plot.canvas));
}

/** The same on another context of the same size, for pictures. */
export function paint(context, plot, above, { color: ink, backgroundColor: ground }) {
  const place = (index) => plot.view.place(plot.show.xs[index], plot.show.ys[index]);
  contours(context, above.contours, plot.view, ink, ground);
  context.strokeStyle = ink;
  lines(context, above, place);
  for (const [name, width] of [["chosen", 2.5], ["cursor", 1.5]]) {
    if (above[name] !== null && above[name] < plot.show.xs.length) ring(context, place(above[name]), plot.radius + RING, width);
  }
  if (above.path) path(context, above.path);
  names(context, above.labels, plot, ink, ground);
}

/** Lines of equal density, with an edge that tells them from points; the inner ones are thicker. */
function contours(context, lines, view, ink, ground) {
  lines.forEach((line, place) => {
    const path = new Path2D(contourPath(line, view));
    for (const [colour, width] of [[ground, 2.5], [ink, 1]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width + 0.4 * place });
      context.stroke(path);
    }
  });
}

/** Segments of a line in coordinates as a path of SVG. */
export function contourPath(line, view) {
  const parts = [];
  for (let at = 0; at < line.length; at += 4) {
    const [x, y, toX, toY] = [view.placeX(line[at]), view.placeY(line[at + 1]), view.placeX(line[at + 2]), view.placeY(line[at + 3])];
    parts.push(`M${x.toFixed(1)} ${y.toFixed(1)}L${toX.toFixed(1)} ${toY.toFixed(1)}`);
  }
  return parts.join("");
}

function ring(context, [x, y], radius, width) {
  context.lineWidth = width;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

function lines(context, { chosen, lines: ends }, place) {
  if (chosen === null) return;
  const [x, y] = place(chosen);
  context.lineWidth = 1;
  for (const end of ends) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(...place(end));
    context.stroke();
  }
}

function path(context, places) {
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  context.closePath();
  context.stroke();
  context.setLineDash([]);
}

/** Names of regions, each in the middle of its points; one that would cover another is left out. */
function names(context, labels, plot, ink, ground) {
  context.font = '600 13px system-ui, "Liberation Sans", sans-serif';
  Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round" });
  for (const { text, x, y } of placedLabels(labels, plot.view, (text) => context.measureText(text).width)) {
    Object.assign(context, { lineWidth: 4, strokeStyle: ground, fillStyle: ink });
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

/** Pixels above or below the middle of a region where its name may stand. */
const BESIDE = [-15, 16];
/** Pixels from the right, and from above, that the buttons cover. */
const BUTTONS = [52, 130];

/** The labels ({text, x, y} in coordinates, the most important first) that fit, with their places. */
export function placedLabels(labels, view, widthOf) {
  const kept = [];
  for (const { text: whole, x, y } of labels) {
    const text = whole.length > 30 ? `${whole.slice(0, 29)}…` : whole;
    const [px, py] = view.place(x, y);
    if (px < 0 || py < 0 || px > view.width || py > view.height) continue;
    const half = widthOf(text) / 2 + 4;
    const end = (y) => view.width - half - (y < BUTTONS[1] ? BUTTONS[0] : 0);
    const boxes = BESIDE.map((down) => ({ text, x: Math.max(half, Math.min(end(py + down), px)), y: py + down, half }));
    const free = boxes.find((box) => box.y > 10 && box.y < view.height - 10 && !kept.some((other) => covers(box, other)));
    if (free) kept.push(free);
  }
  return kept;
}

const covers = (one, other) => Math.abs(one.x - other.x) < one.half + other.half && Math.abs(one.y - other.y) < 18;
