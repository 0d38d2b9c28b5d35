// The table below the maps: all proteins, or those found or selected.

import { readable, value } from "./format.js";
import { members } from "./selection.js";
import { Table } from "./table.js";

export class Listing {
  constructor(viewer) {
    this.viewer = viewer;
    this.table = new Table(viewer.parts.table, (index) => viewer.choose(index, true));
    viewer.parts.details.addEventListener("toggle", () => this.list());
  }

  /** Fill the table, if it is open. */
  list() {
    const { viewer } = this;
    if (!viewer.parts.details.open) return;
    const { proteins, state } = viewer;
    const { found, selection, annotation } = state;
    const rows = found ?? (selection ? members(selection) : [...proteins.identifiers.keys()]);
    const columns = [{ name: "Protein", cell: (index) => proteins.identifiers[index] }];
    if (annotation) columns.push({ name: readable(annotation.name), cell: (index) => proteins.text(annotation, index) });
    const { x, y } = viewer.maps[0].projection;
    for (const [name, axis] of [["x", x], ["y", y]]) columns.push({ name, cell: (index) => value(axis[index]) });
    this.table.set(rows, columns);
  }
}
