// The projections of a result to look at: plot, legend, search, table.

import { colouring, whenThemeChanges } from "./colours.js";
import { select, zoomButtons } from "./controls.js";
import { announce, byId, el, show } from "./dom.js";
import { count, number, value } from "./format.js";
import { Gestures } from "./gestures.js";
import { legend } from "./legend.js";
import { Plot } from "./plot.js";
import { Table } from "./table.js";

const HELP =
  "Scatter plot. Arrow keys move it, plus and minus zoom, 0 shows all again. The table below has the same proteins.";
const MISSING = "missing";

const readable = (name) => name.replaceAll("_", " ");

export class ProteinMap {
  /** `preview` is the server's; the map fills `root`. */
  constructor(root, preview) {
    this.preview = preview;
    this.state = { projection: preview.projections[0], annotation: null, pressed: null, found: null, chosen: null };
    this.state.annotation = preview.annotations.find(({ name }) => name === preview.colour_by) ?? null;
    root.replaceChildren(...this.build());
    this.plot = new Plot(byId("canvas"), (outside) => this.caption(outside));
    const points = { hover: (...at) => this.hover(...at), choose: (index) => this.choose(index) };
    this.gestures = new Gestures(this.plot, points);
    this.table = new Table(byId("table"), (index) => this.choose(index, true));
    whenThemeChanges(() => this.colour());
    this.project();
    this.colour();
  }

  build() {
    const { projections, annotations } = this.preview;
    const by = [el("option", { value: "" }, "nothing"), ...annotations.map(({ name }) => el("option", { value: name }, readable(name)))];
    const pick = select("projection", "Projection", projections.map(({ name }) => el("option", {}, name)), (name) => this.pick(name));
    const colour = select("colour", "Colour by", by, (name) => this.colourBy(name));
    colour.querySelector("select").value = this.state.annotation?.name ?? "";
    const find = el("input", { id: "find", type: "search", placeholder: "Identifier or value", autocomplete: "off" });
    find.addEventListener("input", () => this.search(find.value));
    const canvas = el("canvas", { id: "canvas", tabIndex: 0, role: "application", "aria-label": HELP });
    const frame = el("div", { className: "frame" }, canvas, zoomButtons(() => this.gestures), el("div", { id: "tip", hidden: true }));
    const caption = el("p", { className: "small", id: "outside", role: "status", hidden: true });
    const note = el("p", { className: "small", id: "note", hidden: true });
    const details = el("details", { className: "plain" }, el("summary", {}, "The same as a table"), el("div", { id: "table" }));
    const bar = el("div", { className: "bar" }, pick, colour, el("p", {}, el("label", { for: "find" }, "Find"), find));
    const side = el("div", { className: "side" }, el("div", { id: "legend" }), el("div", { id: "protein", hidden: true, tabIndex: 0, role: "region", "aria-label": "Chosen protein" }));
    return [bar, el("div", { className: "plot" }, el("div", {}, frame, note, caption), side), details];
  }

  pick(name) {
    this.state.projection = this.preview.projections.find((found) => found.name === name);
    this.plot.view.reset();
    this.project();
  }

  project() {
    const { x, y, note } = this.state.projection;
    show(byId("note"), ...(note ? [note] : []));
    this.plot.set({ xs: Float64Array.from(x), ys: Float64Array.from(y) });
    this.list();
  }

  /** Say how many points the map would not fit without squeezing all others. */
  caption(outside) {
    const text = `${count(outside, "protein")} of ${number(this.preview.identifiers.length)} farther out, drawn at the border.`;
    show(byId("outside"), ...(outside ? [text] : []));
  }

  colourBy(name) {
    this.state.annotation = this.preview.annotations.find((found) => found.name === name) ?? null;
    this.state.pressed = null;
    this.colour();
    this.list();
  }

  colour() {
    const { annotation, pressed } = this.state;
    this.colours = colouring(annotation, this.preview.identifiers.length);
    this.plot.set({ classes: this.colours.classes, colours: this.colours.colours(), below: this.colours.below, lit: this.lit() });
    const title = annotation ? readable(annotation.name) : "";
    const press = (found) => {
      this.state.pressed = found;
      this.colour();
    };
    const focused = [...byId("legend").querySelectorAll("button")].indexOf(document.activeElement);
    byId("legend").replaceChildren(...legend(title, this.colours, pressed, press));
    byId("legend").querySelectorAll("button")[focused]?.focus();
  }

  /** Which points are not faint: those of the pressed class that were found; null means all. */
  lit() {
    const { pressed, found } = this.state;
    if (pressed === null && !found) return null;
    const { classes } = this.colours;
    return (index) => (pressed === null || classes[index] === pressed) && (!found || found.has(index));
  }

  search(text) {
    const wanted = text.trim().toLowerCase();
    const matches = (index) =>
      this.preview.identifiers[index].toLowerCase().includes(wanted) ||
      this.cell(this.state.annotation, index).toLowerCase().includes(wanted);
    const all = this.preview.identifiers.keys();
    this.state.found = wanted ? new Set([...all].filter(matches)) : null;
    this.plot.set({ lit: this.lit() });
    this.list();
    if (wanted) announce(`${count(this.state.found.size, "protein")} found`);
  }

  list() {
    const { annotation, projection, found } = this.state;
    const rows = found ? [...found] : [...this.preview.identifiers.keys()];
    const columns = [{ name: "Protein", cell: (index) => this.preview.identifiers[index] }];
    if (annotation) columns.push({ name: readable(annotation.name), cell: (index) => this.cell(annotation, index) });
    for (const axis of ["x", "y"]) columns.push({ name: axis, cell: (index) => value(projection[axis][index]) });
    this.table?.set(rows, columns);
  }

  cell(annotation, index) {
    if (!annotation) return "";
    if (annotation.numbers) return annotation.numbers[index] === null ? MISSING : value(annotation.numbers[index]);
    return annotation.labels[annotation.codes[index]] ?? MISSING;
  }

  hover(index, x, y) {
    const tip = byId("tip");
    tip.hidden = index === null;
    byId("canvas").classList.toggle("on-point", index !== null);
    if (index === null) return;
    const { annotation } = this.state;
    const line = annotation ? el("span", {}, `${readable(annotation.name)}: ${this.cell(annotation, index)}`) : null;
    tip.replaceChildren(...[el("strong", {}, this.preview.identifiers[index]), line].filter(Boolean));
    const { width, height } = this.plot.view;
    tip.style.left = `${Math.max(4, Math.min(x + 14, width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > height ? y - tip.offsetHeight - 12 : y + 18}px`;
  }

  /** Put a ring around a protein and show all that is known of it. */
  choose(index, fromTable = false) {
    this.state.chosen = index;
    if (fromTable) this.plot.view.reveal(this.state.projection.x[index], this.state.projection.y[index]);
    this.plot.set({ chosen: index });
    if (index === null) return show(byId("protein"));
    const known = this.preview.annotations.filter((found) => this.cell(found, index) !== MISSING);
    const rows = known.flatMap((found) => [el("dt", {}, readable(found.name)), el("dd", {}, this.cell(found, index))]);
    show(byId("protein"), el("h3", {}, this.preview.identifiers[index]), el("dl", {}, ...rows));
    announce(`${this.preview.identifiers[index]} chosen`);
  }
}
