// Colours and states of the points of all maps, and the legend.

import { ordersOf, startOf } from "./arrange.js";
import { codeOf, colouring, OLD_CODE, whenThemeChanges } from "./colours.js";
import { contours, ENCLOSED } from "./contours.js";
import { el } from "./dom.js";
import { readable } from "./format.js";
import { legend } from "./legend.js";
import { STATE } from "./order.js";
import { regions, withTotals } from "./regions.js";

const NAMELESS = "Regions have names where the map is coloured by values that are no numbers.";

export class Painter {
  constructor(viewer) {
    this.viewer = viewer;
    whenThemeChanges(() => this.colour());
  }

  get state() {
    return this.viewer.state;
  }

  /** How many old proteins are greyed. */
  get greyed() {
    return this.state.grey ? this.viewer.proteins.old : 0;
  }

  /** Colour by an annotation. */
  colourBy(name) {
    const { viewer } = this;
    const annotation = viewer.proteins.annotation(name);
    this.arrange({ annotation, ...startOf(annotation) });
    viewer.listing.list();
  }

  /** Show another page of values, or another order. */
  arrange(changes) {
    Object.assign(this.state, changes);
    this.colour();
    this.viewer.keep();
  }

  colour() {
    const { annotation, page, order } = this.state;
    this.colours = colouring(annotation, this.viewer.proteins.length, page, order, this.greyed);
    this.state.page = Math.min(page, this.colours.pages - 1);
    this.paint();
  }

  /** Write names of regions of what is not hidden on the maps, if they are asked for. */
  name(states = this.states()) {
    const { names, annotation } = this.state;
    const there = (values) => (states ? values.filter((_, index) => states[index] !== STATE.hidden) : values);
    const counted = names && annotation?.labels ? withTotals({ ...annotation, codes: there(annotation.codes) }) : null;
    for (const { plot, projection } of this.viewer.maps) {
      plot.draft({ labels: counted ? regions(plot.view, there(projection.x), there(projection.y), counted) : [] });
    }
  }

  /** Draw lines of equal density of what is not hidden, if they are asked for. */
  contour(states = this.states()) {
    for (const { plot, projection } of this.viewer.maps) {
      plot.draft({ contours: this.state.contours ? contours(plot.view, projection.x, projection.y, states) : [] });
    }
  }

  /** Draw points in their colours and states, and the legend. */
  paint() {
    const { classes, colours, shapes, below, oldest } = this.colours;
    const states = this.states();
    for (const plot of this.viewer.plots) plot.set({ classes, colours: colours(), shapes, below, oldest, states });
    this.name(states);
    this.contour(states);
    this.drawLegend();
  }

  /** What was found is marked, what is selected plain, all others are faint; null where all are plain. */
  states() {
    const { annotation, hidden, selection, isolated, found } = this.state;
    if (!hidden.size && !selection && !found) return null;
    const states = new Uint8Array(this.viewer.proteins.length).fill(selection || found ? STATE.faint : STATE.plain);
    if (selection) for (let index = 0; index < states.length; index += 1) if (selection[index]) states[index] = STATE.plain;
    if (found) for (const index of found) states[index] = STATE.marked;
    for (let index = 0; index < states.length; index += 1) {
      if (isolated && !selection[index]) states[index] = STATE.hidden;
      if (hidden.size && hidden.has(codeOf(annotation, index, this.greyed))) states[index] = STATE.hidden;
    }
    return states;
  }

  drawLegend() {
    const { annotation, page, order } = this.state;
    const { legend: place } = this.viewer.parts;
    const focused = [...place.querySelectorAll("button, select")].indexOf(document.activeElement);
    const selected = this.selectedOf();
    const is = (entry) => ({ hidden: this.isHidden(entry), selected: selected[entry.class] === entry.count });
    const calls = {
      hide: (entry) => this.hide(entry),
      select: (entry, event) => this.viewer.picker.pick(this.holding(entry), event, is(entry).selected),
      turn: (to) => this.arrange({ page: to }),
      arrange: (to) => this.arrange({ order: to, page: 0 }),
    };
    const shown = { title: annotation ? readable(annotation.name) : "", page, order, orders: ordersOf(annotation) };
    const notes = [this.state.contours && `${ENCLOSED}.`, this.state.names && !annotation?.labels && NAMELESS].filter(Boolean);
    place.replaceChildren(...legend(shown, this.colours, is, calls), ...notes.map((text) => el("p", { className: "small" }, text)));
    place.querySelectorAll("button, select")[focused]?.focus();
  }

  /** How many proteins of each class are selected. */
  selectedOf() {
    const { selection } = this.state;
    const { classes } = this.colours;
    const counts = new Uint32Array(256);
    if (selection) for (let index = 0; index < classes.length; index += 1) counts[classes[index]] += selection[index];
    return counts;
  }

  /** Indices of the proteins of an entry of the legend. */
  holding(entry) {
    const { classes } = this.colours;
    const found = [];
    for (let index = 0; index < classes.length; index += 1) if (classes[index] === entry.class) found.push(index);
    return found;
  }

  isHidden(entry) {
    let found = 0;
    for (const code of this.state.hidden) found += entry.has(code);
    return found === entry.values;
  }

  /** Hide the values of an entry, or show them again. */
  hide(entry) {
    const { hidden, annotation } = this.state;
    const was = this.isHidden(entry);
    for (let code = OLD_CODE; code < (annotation?.labels?.length ?? 0); code += 1) {
      if (!entry.has(code)) continue;
      if (was) hidden.delete(code);
      else hidden.add(code);
    }
    this.paint();
    this.viewer.keep();
  }
}
