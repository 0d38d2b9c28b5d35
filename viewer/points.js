// Points drawn by WebGL 2: each in colour and shape of its class, mostly a disc, with a thin edge in the colour of
// the ground. Positions are placed as `View.place` does.

const VERTEX = `
layout(location = 0) in float x;
layout(location = 1) in float y;
layout(location = 2) in uint kind;
uniform vec2 origin, reach, factor, shift;
uniform float size;
uniform vec3 colours[64];
flat out vec3 colour;
#ifdef SHAPED
uniform int shapes[64];
flat out int shape;
#endif
void main() {
  vec2 place = clamp(vec2(x, y) - origin, -reach, reach) * factor + shift;
  gl_Position = vec4(place, 0.0, 1.0);
  gl_PointSize = size;
  colour = colours[kind];
#ifdef SHAPED
  shape = shapes[kind];
#endif
}`;
const FRAGMENT = `
precision highp float;
flat in vec3 colour;
uniform vec3 edge;
uniform float size, line, smoothly;
out vec4 shown;
// How far a place is from the middle, where the border of the shape is at 1; corners are in shapes.js.
#ifdef SHAPED
flat in int shape;
float gauge(vec2 place) {
  vec2 p = abs(place);
  if (shape == 0) return length(p);
  if (shape == 1) return max(p.x, p.y) / 0.8;
  if (shape == 2) return p.x + p.y;
  if (shape == 5) return min(max(p.x / 0.33, p.y / 0.95), max(p.x / 0.95, p.y / 0.33));
  float down = shape == 3 ? place.y : -place.y;
  return max(down / 0.75, (1.7 * p.x - 0.95 * down) / 0.9025);
}
#else
#define gauge length
#endif
void main() {
  float far = gauge(2.0 * gl_PointCoord - 1.0) * size * 0.5;
  if (far > size * 0.5) discard;
  float inside = clamp(size * 0.5 - line - far + 0.5, 0.0, 1.0);
  float whole = smoothly > 0.0 ? clamp(size * 0.5 - far, 0.0, 1.0) : 1.0;
  shown = vec4(mix(edge, colour, inside), whole);
}`;
const ATTRIBUTES = ["x", "y", "kind"];
const UNIFORMS = ["origin", "reach", "factor", "shift", "size", "colours", "shapes", "edge", "line", "smoothly"];

export class Points {
  constructor(gl) {
    this.gl = gl;
    this.start();
  }

  /** Make program and buffers; again after the browser has taken the context away. */
  start() {
    const { gl } = this;
    this.programs = new Map();
    this.use(false);
    this.buffers = Object.fromEntries([...ATTRIBUTES, "order"].map((name) => [name, gl.createBuffer()]));
    ATTRIBUTES.forEach((name, place) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.enableVertexAttribArray(place);
      if (name === "kind") gl.vertexAttribIPointer(place, 1, gl.UNSIGNED_BYTE, 0, 0);
      else gl.vertexAttribPointer(place, 1, gl.FLOAT, false, 0, 0);
    });
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.order);
  }

  /** Use the program that knows shapes, or the one of discs alone, which takes two thirds of the time in software. */
  use(shaped) {
    const { gl } = this;
    if (!this.programs.has(shaped)) this.programs.set(shaped, linked(gl, shaped));
    const program = this.programs.get(shaped);
    gl.useProgram(program);
    this.at = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
  }

  /** Send coordinates, or classes (Uint8Array), or the order of drawing (Uint32Array). */
  send(name, values) {
    const { gl } = this;
    const target = name === "order" ? gl.ELEMENT_ARRAY_BUFFER : gl.ARRAY_BUFFER;
    gl.bindBuffer(target, this.buffers[name]);
    gl.bufferData(target, values, gl.DYNAMIC_DRAW);
  }

  /**
   * Draw `runs` of the order, [first, count, look] with a look of {colours, shapes, edge, size, line}:
   * colours as [red, green, blue] from 0 to 1, shapes by `numbersOf`, sizes in pixels. Without `smoothly` nothing is blended, which software
   * takes half as long for.
   */
  draw(view, density, ground, runs, smoothly) {
    this.use(runs.some(([, , { shapes }]) => shapes.some(Boolean)));
    const { gl, at } = this;
    gl.viewport(0, 0, gl.canvas.width, gl.canvas.height);
    gl.clearColor(...ground, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (smoothly) gl.enable(gl.BLEND);
    else gl.disable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.uniform1f(at.smoothly, smoothly ? 1 : 0);
    this.place(view);
    for (const [first, length, { colours, shapes, edge, size, line }] of runs) {
      gl.uniform3fv(at.colours, colours.flat());
      gl.uniform1iv(at.shapes, shapes);
      gl.uniform3fv(at.edge, edge);
      gl.uniform1f(at.size, size * density);
      gl.uniform1f(at.line, line * density);
      gl.drawElements(gl.POINTS, length, gl.UNSIGNED_INT, 4 * first);
    }
  }

  /** Wait until what was asked for is drawn. */
  finish() {
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  place(view) {
    const { gl, at } = this;
    gl.uniform2f(at.origin, view.x0, view.y0);
    gl.uniform2f(at.reach, view.right, view.up);
    gl.uniform2f(at.factor, (2 * view.factor) / view.width, (2 * view.factor) / view.height);
    gl.uniform2f(at.shift, (2 * view.left) / view.width, (-2 * view.top) / view.height);
  }
}

function linked(gl, shaped) {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, `#version 300 es\n${shaped ? "#define SHAPED" : ""}${source}`);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(gl.getProgramInfoLog(program));
  }
  return program;
}

/** Points of a canvas; null where the browser has no WebGL 2. */
export function pointsOf(canvas) {
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: true });
  return gl && new Points(gl);
}
