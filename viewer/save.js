// Files and texts of a selection, for other programs.

import { MISSING } from "./proteins.js";

/** Offer a text or a Blob as a file. */
export function download(name, content, type = "text/plain") {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Put a text into the clipboard; resolves with whether the browser let us. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A table of proteins: identifier, all annotations, all coordinates; missing cells are empty. */
export function tsv(proteins, indices) {
  const { annotations, projections } = proteins;
  const head = ["protein_id", ...annotations.map(({ name }) => name), ...projections.flatMap(({ name }) => [`${name} x`, `${name} y`])];
  const rows = Array.from(indices, (index) => [
    proteins.identifiers[index],
    ...annotations.map((annotation) => cell(proteins, annotation, index)),
    ...projections.flatMap(({ x, y }) => [x[index], y[index]].map(String)),
  ]);
  return [head, ...rows].map((row) => row.map(safe).join("\t") + "\n").join("");
}

function cell(proteins, annotation, index) {
  if (annotation.numbers) return Number.isNaN(annotation.numbers[index]) ? "" : String(annotation.numbers[index]);
  const text = proteins.text(annotation, index);
  return text === MISSING ? "" : text;
}

/** Without what would end a cell, and without what a spreadsheet takes for a formula. */
function safe(text) {
  const plain = text.replace(/[\t\r\n]+/g, " ");
  return /^[=@]|^[+-](?![\d.])/.test(plain) ? `'${plain}` : plain;
}

/** Proteins in FASTA format, 60 residues a line. */
export function fasta(proteins, indices) {
  const record = (index) => `>${proteins.identifiers[index]}\n${proteins.sequences[index].replace(/.{1,60}/g, "$&\n")}`;
  return Array.from(indices, record).join("");
}
