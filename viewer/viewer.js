// Maps of proteins to look at: what is shown and chosen, and who is told of it.

import { fromText, toText } from "./address.js";
import { announce } from "./dom.js";
import { Finder } from "./finder.js";
import { build } from "./layout.js";
import { Listing } from "./listing.js";
import { Painter } from "./painter.js";
import { Pane } from "./pane.js";
import { panel, tipLines } from "./panel.js";
import { Picker } from "./picker.js";

const ADDRESS_MILLISECONDS = 250;

export class Viewer {
  /** Show `proteins` in `root`; `address` has read() and write(text), which keep the state. */
  constructor(root, proteins, address = { read: () => "", write: () => {} }) {
    Object.assign(this, { root, proteins, address, maps: [] });
    const asked = fromText(address.read(), proteins);
    this.state = { change: "replace", tool: "move", found: null, ...asked };
    this.parts = build(this);
    root.replaceChildren(...this.parts.all);
    Object.assign(this, { finder: new Finder(this), listing: new Listing(this), picker: new Picker(this), painter: new Painter(this) });
    const wanted = asked.maps.length ? asked.maps : [{ projection: proteins.projections[0], view: null }];
    for (const { projection, view } of wanted) this.add(projection, view);
    this.painter.colour();
    this.finder.search(asked.query);
    this.picker.show();
    if (asked.chosen !== null) this.choose(asked.chosen);
  }

  get plots() {
    return this.maps.map(({ plot }) => plot);
  }

  /** Add a map beside those that are there. */
  add(projection, view = null) {
    const pane = new Pane(this.proteins, projection, this.calls(), this.maps.length ? "-2" : "");
    this.maps.push(pane);
    this.parts.panes.append(pane.root);
    pane.start();
    pane.use(this.state.tool);
    if (view) pane.plot.view.restore(view);
    if (this.painter.colours) this.painter.colour();
    this.parts.split(this.maps.length);
  }

  /** What a map reports. */
  calls() {
    return {
      hover: (pane, ...found) => this.hover(pane, ...found),
      walk: (pane, index) => this.walk(pane, index),
      choose: (_, index) => this.choose(index),
      toggle: (_, index) => this.picker.toggle(index),
      enclose: (pane, path, event) => this.picker.enclose(pane, path, event),
      escape: () => this.escape(),
      moved: () => this.keep(),
      picked: () => this.projected(),
    };
  }

  /** Write `names` of regions, draw `contours` or `grey` old proteins on the maps, or take that back. */
  mark(what, is) {
    this.state[what] = is;
    if (what === "names") this.painter.name();
    else if (what === "contours") this.painter.contour();
    else this.painter.colour();
    this.painter.drawLegend();
    this.keep();
  }

  projected() {
    this.painter.name();
    this.painter.contour();
    this.listing.list();
    if (this.state.chosen !== null) this.choose(this.state.chosen);
    this.keep();
  }

  /** Show two maps, or one. */
  beside() {
    const [{ projection: first }] = this.maps;
    if (this.maps.length > 1) this.maps.pop().root.remove();
    else this.add(this.proteins.projections.find((found) => found !== first) ?? first);
    this.parts.split(this.maps.length);
    if (this.state.chosen !== null) this.choose(this.state.chosen);
    this.keep();
  }

  /** Use a tool on all maps: move, box or lasso. */
  use(tool) {
    this.state.tool = tool;
    for (const pane of this.maps) pane.use(tool);
  }

  hover(pane, index, x, y) {
    const none = index === null || index === undefined;
    pane.hint(none ? [] : tipLines(this.proteins, this.state.annotation, index), x, y);
    for (const other of this.maps) if (other !== pane) other.plot.draft({ cursor: none ? null : index });
  }

  /** Go to a protein by keys, and say which it is. */
  walk(pane, index) {
    if (index === null) return;
    const { x, y } = pane.projection;
    pane.plot.view.reveal(x[index], y[index]);
    this.hover(pane, index, ...pane.plot.view.place(x[index], y[index]));
    pane.plot.draft({ cursor: index });
    announce(tipLines(this.proteins, this.state.annotation, index).map(({ textContent }) => textContent).join(", "));
  }

  /** Put a ring around a protein and show all that is known of it; `reveal` brings it into sight. */
  choose(index, reveal = false) {
    this.state.chosen = index;
    for (const { plot, projection } of this.maps) {
      const lines = index === null ? [] : this.proteins.nearest(index, projection).map(([other]) => other);
      if (reveal) plot.view.reveal(projection.x[index], projection.y[index]);
      plot.draft({ chosen: index, lines, cursor: null });
    }
    this.keep();
    if (index === null) return this.parts.tabs.fill(this.parts.protein, []);
    const shown = { annotation: this.state.annotation, projection: this.maps[0].projection };
    this.parts.tabs.fill(this.parts.protein, panel(this.proteins, shown, index, (other) => this.choose(other, true)));
    announce(`${this.proteins.identifiers[index]} chosen`);
  }

  /** Show again what depends on neighbours and sequences, once they are there. */
  completed() {
    const { shown } = this.parts.tabs;
    if (this.state.chosen !== null) this.choose(this.state.chosen);
    this.picker.show();
    if (shown) this.parts.tabs.show(shown);
  }

  escape() {
    if (this.state.chosen !== null) return this.choose(null);
    if (this.state.selection) this.picker.select(null);
  }

  /** Keep the state in the address, once it rests. */
  keep() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.address.write(toText(this).text), ADDRESS_MILLISECONDS);
  }

  /** The address of what is shown, and whether the selection is in it, which may be too large. */
  link() {
    const { text, whole } = toText(this);
    this.address.write(text);
    return { address: location.href, whole };
  }

  close() {
    this.finder.stop();
    clearTimeout(this.keeping);
  }
}
