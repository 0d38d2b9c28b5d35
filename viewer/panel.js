// What is known of one protein: annotations, links, and the proteins nearest in the embedding.

import { el } from "./dom.js";
import { readable } from "./format.js";
import { linksOf } from "./links.js";

/** Lines of a tip: identifier, name, gene, organism, and what the protein is coloured by. */
export function tipLines(proteins, annotation, index) {
  const roles = ["name", "gene", "organism"].map((role) => [role, proteins.role(role, index)]);
  const coloured = annotation ? proteins.text(annotation, index) : null;
  const lines = roles.filter(([, text]) => text && text !== coloured).map(([, text]) => el("span", {}, text));
  if (annotation) lines.push(el("span", {}, `${readable(annotation.name)}: ${coloured}`));
  return [el("strong", {}, proteins.identifiers[index]), ...lines];
}

/** Elements that show all of a protein; `choose(index)` is called for another one. */
export function panel(proteins, { annotation, projection }, index, choose) {
  const identifier = proteins.identifiers[index];
  const links = linksOf(identifier).map(([name, href]) => el("a", { href, target: "_blank", rel: "noopener noreferrer" }, name));
  const known = proteins.annotations.filter((found) => proteins.has(found, index));
  const rows = known.flatMap((found) => [el("dt", {}, readable(found.name)), el("dd", {}, proteins.text(found, index))]);
  return [
    el("h3", {}, identifier),
    ...(links.length ? [el("p", { className: "row links" }, ...links)] : []),
    ...nearest(proteins, { annotation, projection }, index, choose),
    el("dl", {}, ...rows),
  ];
}

function nearest(proteins, { annotation, projection }, index, choose) {
  const found = proteins.nearest(index, projection);
  if (!found.length) return [];
  const { embedder, metric } = proteins.neighboursOf(projection);
  const rows = found.map(([other, distance]) => {
    const link = el("button", { type: "button", className: "link" }, proteins.identifiers[other]);
    link.addEventListener("click", () => choose(other));
    const text = annotation ? proteins.text(annotation, other) : (proteins.role("name", other) ?? "");
    return el("tr", {}, el("th", { scope: "row" }, link), el("td", { title: text }, text), el("td", { className: "number" }, distanceText(distance)));
  });
  const title = `Nearest in the embedding (${embedder}, ${metric} distance)`;
  const table = el("table", { className: "nearest" }, el("caption", {}, title), el("tbody", {}, ...rows));
  return [table];
}

const distanceText = (distance) => (distance === 0 ? "0" : Number(distance.toPrecision(3)).toString());
