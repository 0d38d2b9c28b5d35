// What is said of a selection, and what can be done with it.

import { button, el, show } from "./dom.js";
import { composition } from "./composition.js";
import { count, number, pValue, readable, value } from "./format.js";
import { members } from "./selection.js";
import { copy, download, fasta, tsv } from "./save.js";

/** Elements that show a selection (Uint8Array); `calls` are isolate(), clear(), invert() and say(text). */
export function selected(proteins, selection, isolated, calls) {
  const indices = members(selection);
  const name = proteins.title || "proteins";
  const save = (ending, make) => () => download(`${name}-selection.${ending}`, make(proteins, indices));
  const identifiers = () => Array.from(indices, (index) => proteins.identifiers[index]).join("\n");
  const copied = async () => calls.say((await copy(identifiers())) ? `${count(indices.length, "identifier")} copied` : "The browser does not allow copying; save the table instead.");
  const act = (text, call, more = {}) => button(text, call, { className: "button slim", ...more });
  const buttons = [
    act(isolated ? "Show all" : "Isolate", calls.isolate, { "aria-pressed": String(isolated) }),
    act("Invert", calls.invert),
    act("Clear", calls.clear),
    act("Copy identifiers", copied, { title: "Copy the identifiers, one in a line" }),
    act("Save TSV", save("tsv", tsv)),
    ...(proteins.sequences ? [act("Save FASTA", save("fasta", fasta))] : []),
  ];
  return [
    el("h3", { className: "chosen-count" }, `${count(indices.length, "protein")} selected`),
    el("p", { className: "row tight" }, ...buttons),
    compared(proteins, selection, indices.length),
  ];
}

/** What differs from the rest; computed once it is opened, as it may take a moment. */
function compared(proteins, selection, size) {
  const place = el("div");
  const found = el("details", { className: "compared", open: true }, el("summary", {}, "Against the rest"), place);
  const fill = async () => {
    if (!found.open || place.firstChild) return;
    if (size === proteins.length) return show(place, note("All proteins are selected: there is no rest."));
    show(place, note("Comparing…"));
    const rows = await composition(proteins, selection, { outdated: () => !place.isConnected });
    if (rows) show(place, ...tables(rows));
  };
  found.addEventListener("toggle", fill);
  setTimeout(fill);
  return found;
}

const note = (text) => el("p", { className: "small" }, text);

function tables({ values, numbers }) {
  if (!values.length && !numbers.length) return [note("No value is more frequent than in the rest, and no number differs (adjusted p below 0.05).")];
  return [
    ...(values.length ? [table(["Value", "Selected", "Rest", "p"], values.map(valueRow))] : []),
    ...(numbers.length ? [table(["Median", "Selected", "Rest", "p"], numbers.map(numberRow))] : []),
    note("Values: one-sided exact tests (Fisher). Medians: two-sided rank sums (Wilcoxon). Adjusted for all of both (Benjamini and Hochberg). They describe; a selection made by its values proves nothing."),
  ];
}

function table(head, rows) {
  const heads = head.map((text) => el("th", { scope: "col" }, text));
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
}

function valueRow({ annotation, label, selected, of, rest, ofRest, p }) {
  const name = el("th", { scope: "row" }, label, el("span", { className: "small of" }, readable(annotation)));
  return el("tr", {}, name, cell(selected, of), cell(rest, ofRest), el("td", { className: "number" }, pValue(p)));
}

function numberRow({ annotation, medians, of, ofRest, p }) {
  const cells = medians.map((median, side) => el("td", { className: "share", title: `of ${count([of, ofRest][side], "protein")}` }, value(median)));
  return el("tr", {}, el("th", { scope: "row" }, readable(annotation)), ...cells, el("td", { className: "number" }, pValue(p)));
}

/** A count, and of how many that have any value of the annotation. */
function cell(part, whole) {
  const share = whole ? `${Math.round((100 * part) / whole)} %` : "";
  return el("td", { className: "share", title: `${number(part)} of ${number(whole)} with a value` }, number(part), el("span", { className: "small of" }, share));
}
