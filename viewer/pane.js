// One map with its menu of projections, what is known of its quality, and its tip.

import { select, zoomButtons } from "./controls.js";
import { el, show } from "./dom.js";
import { Dots } from "./dots.js";
import { count, number } from "./format.js";
import { Gestures } from "./gestures.js";
import { Plot } from "./plot.js";

const HELP =
  "Scatter plot. Arrow keys go from protein to protein, Enter shows one, Space selects it; with Shift they move the map. " +
  "Plus and minus zoom, 0 shows all again. The table below has the same proteins.";

const SLOW = "This browser has no WebGL 2, so large maps are slow; hardware acceleration in its settings may help.";

export class Pane {
  /** `calls` are those of Gestures, each with the pane before its arguments, and `picked(pane)`. */
  constructor(proteins, projection, calls, suffix = "") {
    Object.assign(this, { proteins, projection, calls });
    const options = proteins.projections.map(({ name }) => el("option", {}, name));
    this.menu = select(`projection${suffix}`, "Map", options, (name) => this.pick(name));
    this.menu.querySelector("select").value = projection.name;
    this.canvas = el("canvas", { id: `canvas${suffix}`, className: "map", tabIndex: 0, role: "application", "aria-label": HELP });
    this.overlay = el("canvas", { className: "overlay", "aria-hidden": "true" });
    this.tip = el("div", { id: `tip${suffix}`, className: "tip", hidden: true });
    this.quality = el("p", { className: "small quality" });
    this.note = el("p", { className: "small", id: `note${suffix}`, hidden: true });
    this.outside = el("p", { className: "small", id: `outside${suffix}`, role: "status", hidden: true });
    const frame = el("div", { className: "frame" }, this.canvas, this.overlay, zoomButtons(() => this.gestures), this.tip);
    const head = el("div", { className: "pane-head" }, this.menu, this.quality);
    this.root = el("div", { className: "pane" }, head, frame, this.note, this.outside);
  }

  /** Begin to draw, once the root is in the page. */
  start() {
    this.plot = new Plot(this.canvas, this.overlay, (outside) => this.caption(outside));
    const named = ["hover", "choose", "walk", "toggle", "enclose", "moved", "escape"];
    const calls = Object.fromEntries(named.map((name) => [name, (...found) => this.calls[name](this, ...found)]));
    this.gestures = new Gestures(this.plot, calls);
    this.project();
  }

  /** Use a tool: move, box or lasso. */
  use(tool) {
    this.gestures.tool = tool;
    this.canvas.classList.toggle("drawing", tool !== "move");
  }

  pick(name) {
    this.projection = this.proteins.projections.find((found) => found.name === name);
    this.menu.querySelector("select").value = name;
    this.plot.view.reset();
    this.project();
    this.calls.picked(this);
  }

  project() {
    const { x, y, note } = this.projection;
    const slow = this.plot.points instanceof Dots ? SLOW : null;
    show(this.note, [note, slow].filter(Boolean).join(" "));
    this.note.hidden = !note && !slow;
    this.quality.replaceChildren(...quality(this.projection));
    this.plot.set({ xs: x, ys: y });
  }

  /** Say how many points the map would not fit without squeezing all others. */
  caption(outside) {
    const text = `${count(outside, "protein")} of ${number(this.proteins.length)} farther out, drawn at the border.`;
    show(this.outside, ...(outside ? [text] : []));
  }

  /** Show lines of text beside a place, or nothing. */
  hint(lines, x = 0, y = 0) {
    this.tip.hidden = !lines.length;
    this.canvas.classList.toggle("on-point", lines.length > 0);
    if (!lines.length) return;
    this.tip.replaceChildren(...lines);
    const { width, height } = this.plot.view;
    this.tip.style.left = `${Math.max(4, Math.min(x + 14, width - this.tip.offsetWidth - 4))}px`;
    this.tip.style.top = `${y + 18 + this.tip.offsetHeight > height ? y - this.tip.offsetHeight - 12 : y + 18}px`;
  }
}

const MEANINGS = {
  trustworthiness: "Trustworthiness: 1 where all proteins that are near on the map are near in the embedding.",
  knn_overlap: "kNN overlap: the share of the nearest proteins in the embedding that are also nearest on the map.",
};

/** What is known of how well a map shows the embedding: scores, and what they mean. */
function quality({ quality: scores }) {
  const shown = Object.keys(MEANINGS).filter((name) => Number.isFinite(scores?.[name]));
  if (!shown.length) return [];
  const text = shown.map((name) => `${name === "knn_overlap" ? "kNN overlap" : name} ${scores[name].toFixed(2)}`).join(" · ");
  const meaning = shown.map((name) => MEANINGS[name]).join(" ");
  return [el("span", {}, text), el("details", { className: "why" }, el("summary", { "aria-label": "What the scores mean" }, "?"), el("span", {}, meaning))];
}
