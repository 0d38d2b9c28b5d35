// How a result was made, and what was noticed on the way.

import { el } from "/viewer/dom.js";
import { count } from "/viewer/format.js";
import { duration } from "./format.js";

const CHANGES = {
  lower_case: "in lower case, raised",
  gaps_removed: "gaps removed",
  stops_removed: "final * removed",
  empty_records: "without residues, left out",
};

/** Elements that show a provenance, as the server's preview has it. */
export function made({ counts, configuration, versions, seconds }) {
  const changes = Object.entries(CHANGES).filter(([name]) => counts[name]);
  const rows = [
    ["Input", [count(counts.sequences, "sequence"), count(counts.residues, "residue")].join(", ")],
    ["Changed while reading", changes.map(([name, text]) => `${counts[name]} ${text}`).join("; ") || "nothing"],
    ...Object.entries(configuration).map(([name, found]) => [readable(name), [found].flat().join(", ")]),
    ["Time of the steps", seconds.map(([step, took]) => `${step} ${duration(took)}`).join(", ")],
    ["Versions", Object.entries(versions).map((pair) => pair.join(" ")).join(", ")],
  ];
  const cells = rows.flatMap(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]);
  return [el("dl", {}, ...cells), el("p", { className: "small" }, "The same input and choices give the same bytes again.")];
}

function readable(name) {
  const text = name.replaceAll("_", " ");
  return text[0].toUpperCase() + text.slice(1);
}

/** Elements that show warnings; none where there is none. */
export function warned(warnings) {
  if (!warnings.length) return [];
  const title = warnings.length === 1 ? "Noticed on the way" : `Noticed on the way: ${warnings.length} things`;
  return [el("strong", {}, title), el("ul", {}, ...warnings.map((text) => el("li", {}, text)))];
}
