// The state of a map as part of an address, so that a link shows the same.

import { ordersOf, startOf } from "./arrange.js";
import { OLD_CODE } from "./colours.js";
import { read, written } from "./selection.js";

/** The state as text, and whether the `whole` selection is in it. */
export function toText(viewer) {
  const { state, proteins, maps } = viewer;
  const parts = new URLSearchParams();
  const start = startOf(state.annotation);
  for (const map of maps) {
    parts.append("map", map.projection.name);
    parts.append("view", map.plot.view.save().map((number) => Number(number.toPrecision(6))).join(","));
  }
  parts.set("colour", state.annotation?.name ?? "");
  if (state.page) parts.set("page", state.page);
  if (state.order !== start.order) parts.set("order", state.order);
  if (state.hidden.size || start.hidden.size) parts.set("hidden", inRuns(state.hidden));
  if (state.query) parts.set("find", state.query);
  if (state.chosen !== null) parts.set("protein", proteins.identifiers[state.chosen]);
  const selection = state.selection && written(state.selection);
  if (selection) parts.set("selected", selection);
  for (const flag of ["isolated", "names", "contours"]) if (state[flag]) parts.set(flag, "1");
  if (proteins.old && !state.grey) parts.set("grey", "0");
  return { text: parts.toString(), whole: !state.selection || selection !== null };
}

/** What a text of `toText` asks for, as far as these proteins have it. */
export function fromText(text, proteins) {
  const parts = new URLSearchParams(text);
  const views = parts.getAll("view").map((view) => view.split(",").map(Number));
  const known = parts.getAll("map").map((name) => proteins.projections.find((found) => found.name === name));
  const maps = known.map((projection, place) => ({ projection, view: views[place] })).filter(({ projection }) => projection);
  const selection = parts.has("selected") ? read(parts.get("selected"), proteins.length) : null;
  return {
    maps: maps.slice(0, 2).map(({ projection, view }) => ({ projection, view: view?.length === 3 && view.every(Number.isFinite) ? view : null })),
    ...coloured(parts, proteins),
    query: parts.get("find") ?? "",
    chosen: proteins.index(parts.get("protein")) ?? null,
    selection,
    isolated: selection !== null && parts.has("isolated"),
    names: parts.has("names"),
    contours: parts.has("contours"),
    grey: proteins.old > 0 && parts.get("grey") !== "0",
  };
}

/** The annotation to colour by, and what is shown of it. */
function coloured(parts, proteins) {
  const usual = proteins.old ? "added" : proteins.colour_by;
  const annotation = proteins.annotation(parts.has("colour") ? parts.get("colour") : usual);
  const found = { annotation, ...startOf(annotation) };
  if (ordersOf(annotation).includes(parts.get("order"))) found.order = parts.get("order");
  if (parts.has("page")) found.page = Math.max(0, parseInt(parts.get("page"), 10) || 0);
  if (parts.has("hidden")) found.hidden = ofRuns(parts.get("hidden"), annotation?.labels?.length ?? 1);
  return found;
}

/** Codes as text: `0.9,12` are 0 to 9, and 12. */
function inRuns(codes) {
  const runs = [];
  for (const code of [...codes].sort((a, b) => a - b)) {
    if (runs.at(-1)?.[1] === code - 1) runs.at(-1)[1] = code;
    else runs.push([code, code]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}.${last}`)).join(",");
}

/** The codes below `end` that `inRuns` made a text of; whatever else stands there is left out. */
function ofRuns(text, end) {
  const found = new Set();
  for (const run of text.split(",").filter(Boolean)) {
    const [first, last = first] = run.split(".").map(Number);
    if (![first, last].every(Number.isInteger)) continue;
    for (let code = Math.max(OLD_CODE, first); code <= Math.min(last, end - 1); code += 1) found.add(code);
  }
  return found;
}
