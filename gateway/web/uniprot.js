// Proteins that are named instead of uploaded: accessions and queries. The server checks them.

import { count } from "/viewer/format.js";

/** A list of accessions as a source of the form; null for a text with a FASTA header, or an empty one. */
export function accessionsIn(text) {
  if (/^\s*>/m.test(text)) return null;
  const words = text.replace(/(^|[\s,;])#.*$/gm, "$1").split(/[\s,;]+/).filter(Boolean);
  if (!words.length || !words.some((word) => /\d/.test(word))) return null;
  const sequences = new Set(words).size;
  return {
    field: "accessions", value: text, name: "Accessions", sequences,
    told: `(${count(sequences, "accession")}): the server gets them from UniProt.`,
  };
}

/** A query as a source of the form. */
export function queryIn(text) {
  const value = text.trim();
  const told = "The server asks UniProt how many proteins that are, before it gets them.";
  return { field: "query", value, name: value, sequences: null, told };
}
