// What the form says of a file, of the limits and of retention.

import { count, number } from "/viewer/format.js";
import { duration, size } from "./format.js";

export function foundText({ sequences, residues }) {
  if (sequences === null) return "This browser cannot read it; the server will check it.";
  return `${count(sequences, "sequence")}, ${count(residues, "residue")}`;
}

export function limitsText(limits, inputs) {
  const { min_sequences: least, max_sequences: most, max_length: length } = limits;
  return (
    `${number(least)} to ${number(most)} protein sequences, each of up to ${number(length)} residues, ` +
    `${number(limits.max_total_residues)} in all; up to ${size(limits.max_file_bytes)}, also as .gz.` +
    (inputs.includes("embeddings") ? ` Or embeddings (.h5) of up to ${size(limits.max_embeddings_bytes)}.` : "")
  );
}

export function keepingText({ seconds, after_download_seconds: after, at_most_seconds: most }, kept) {
  const download = kept ? "" : ` or ${duration(after)} after you have downloaded it`;
  return (
    `Sequences and result are removed ${duration(seconds)} after the job has ended${download}; ` +
    `in any case ${duration(most)} after the upload. Only who has the address of a job can see it.`
  );
}
