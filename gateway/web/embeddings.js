// Files of embeddings instead of sequences. The server looks into them.

import { size } from "./format.js";
import { Refusal } from "./refusal.js";

/** A file of embeddings as a source of the form, or the `error` of one that the server does not take; null for other files. */
export function embeddingsIn(file, { inputs, limits: { max_embeddings_bytes: most } }) {
  if (!/\.(h5|hdf5|hdf)$/i.test(file.name)) return null;
  if (!inputs.includes("embeddings")) {
    return { error: new Refusal("NOT_ALLOWED", "This server takes no embeddings. Give the sequences as FASTA.") };
  }
  if (file.size > most) {
    const text = `The file has ${size(file.size)}; the limit for embeddings is ${size(most)}. Use fewer proteins.`;
    return { error: new Refusal("FILE_TOO_LARGE", text) };
  }
  const told = `(${size(file.size)}): embeddings, which the server looks into. Nothing is embedded anew.`;
  return { field: "embeddings", value: file, name: file.name, sequences: null, told };
}
