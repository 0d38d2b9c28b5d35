// The selection of a viewer: what changes it, and what is shown of it.

import { announce } from "./dom.js";
import { count } from "./format.js";
import { inside } from "./hits.js";
import { selected } from "./selected.js";
import { changed, size } from "./selection.js";

export class Picker {
  constructor(viewer) {
    this.viewer = viewer;
  }

  get state() {
    return this.viewer.state;
  }

  /** Change the selection by indices; Shift adds, Alt takes away; what is `already` selected is let go. */
  pick(indices, event = {}, already = false) {
    const change = event.shiftKey ? "add" : event.altKey ? "subtract" : this.state.change;
    const alone = already && change === "replace";
    this.select(alone ? null : changed(this.state.selection, indices, change, this.viewer.proteins.length));
  }

  select(selection) {
    const { viewer } = this;
    this.state.selection = selection;
    if (!selection) this.state.isolated = false;
    viewer.painter.paint();
    this.show();
    viewer.listing.list();
    announce(selection ? `${count(size(selection), "protein")} selected` : "Nothing is selected");
    viewer.keep();
  }

  show() {
    const { selection, isolated } = this.state;
    const { tabs, selected: place, say } = this.viewer.parts;
    if (!selection) return tabs.fill(place, []);
    const calls = { isolate: () => this.isolate(), clear: () => this.select(null), invert: () => this.invert(), say };
    tabs.fill(place, selected(this.viewer.proteins, selection, isolated, calls));
  }

  isolate() {
    this.state.isolated = !this.state.isolated;
    this.viewer.painter.paint();
    this.show();
    this.viewer.keep();
  }

  invert() {
    const rest = this.state.selection.map((flag) => 1 - flag);
    this.select(rest.includes(1) ? rest : null);
  }

  /** Take what lies inside a path on a map. */
  enclose(pane, path, event) {
    this.pick(inside(pane.plot, path), event);
  }

  /** Take one protein into the selection, or out of it. */
  toggle(index) {
    const { selection } = this.state;
    this.select(changed(selection, [index], selection?.[index] ? "subtract" : "add", this.viewer.proteins.length));
  }
}
