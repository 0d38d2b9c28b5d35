// Shapes of points that are no circles: for the canvas, for drawings, and for legends.

/** Corners in a circle of radius 1, y downwards; `gauge` of points.js draws the same. */
const CORNERS = {
  square: [[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]],
  diamond: [[0, -1], [1, 0], [0, 1], [-1, 0]],
  "triangle-up": [[0, -0.95], [0.95, 0.75], [-0.95, 0.75]],
  "triangle-down": [[0, 0.95], [-0.95, -0.75], [0.95, -0.75]],
  plus: [[-0.33, -0.95], [0.33, -0.95], [0.33, -0.33], [0.95, -0.33], [0.95, 0.33], [0.33, 0.33], [0.33, 0.95], [-0.33, 0.95], [-0.33, 0.33], [-0.95, 0.33], [-0.95, -0.33], [-0.33, -0.33]],
};
const NUMBERS = ["circle", ...Object.keys(CORNERS)];

/** The numbers by which points.js knows the shapes (class -> name) of so many classes. */
export const numbersOf = (shapes, count) => Int32Array.from({ length: count }, (_, found) => NUMBERS.indexOf(shapes.get(found) ?? "circle"));

/** The name of a shape by its number. */
export const shapeOf = (number) => NUMBERS[number];

/** Begin a path on a canvas. */
export function outline(context, shape, x, y, radius) {
  context.beginPath();
  if (!CORNERS[shape]) return context.arc(x, y, radius, 0, 2 * Math.PI);
  for (const [right, down] of CORNERS[shape]) context.lineTo(x + radius * right, y + radius * down);
  context.closePath();
}

/** An element of SVG; `more` are its other attributes. */
export function drawn(shape, x, y, radius, more) {
  const short = (value) => Number(value.toFixed(1));
  if (!CORNERS[shape]) return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}" ${more}/>`;
  const places = CORNERS[shape].map(([right, down]) => `${short(x + radius * right)},${short(y + radius * down)}`);
  return `<polygon points="${places.join(" ")}" ${more}/>`;
}

/** What cuts a square element to the shape; null for a circle. */
export function clip(shape) {
  if (!CORNERS[shape]) return null;
  return `polygon(${CORNERS[shape].map((place) => place.map((value) => `${50 + 50 * value}%`).join(" ")).join(", ")})`;
}
