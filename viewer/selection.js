// Sets of proteins, as one byte for each, and how they are changed.

/** What a new set does to the selection: replaces it, is added, or is taken away. */
export const CHANGES = ["replace", "add", "subtract"];

/** The selection (Uint8Array, or null for none) after a change by indices; null where nothing is left. */
export function changed(selection, indices, change, length) {
  const next = change === "replace" || !selection ? new Uint8Array(length) : selection.slice();
  if (change === "subtract" && !selection) return null;
  for (const index of indices) next[index] = change === "subtract" ? 0 : 1;
  return next.includes(1) ? next : null;
}

/** How many there are in a set. */
export function size(selection) {
  let found = 0;
  for (let index = 0; index < selection.length; index += 1) found += selection[index];
  return found;
}

/** Indices of a set (Uint32Array). */
export function members(selection) {
  const found = new Uint32Array(selection ? size(selection) : 0);
  for (let index = 0, next = 0; next < found.length; index += 1) if (selection[index]) found[next++] = index;
  return found;
}

/** Pasted identifiers, however they are separated: the indices of those that are known, and the others. */
export function pasted(proteins, text) {
  // An identifier may have a comma itself.
  const parts = (word) => (proteins.index(word) === undefined ? word.split(/[,;]+/) : [word]);
  const words = [...new Set(text.split(/\s+/).flatMap(parts).filter(Boolean))];
  const found = words.map((word) => [word, known(proteins, word)]);
  return {
    indices: [...new Set(found.map(([, index]) => index).filter((index) => index !== undefined))],
    unknown: found.filter(([, index]) => index === undefined).map(([word]) => word),
  };
}

/** The index of an identifier, also in quotes or brackets, after `>`, or in a header as `sp|P12345|NAME`. */
function known(proteins, word) {
  const bare = word.replace(/^[>"'`([]+|["'`)\]]+$/g, "");
  return [word, bare, ...bare.split("|")].map((each) => proteins.index(each)).find((index) => index !== undefined);
}

/** A selection as text for an address: runs of members and others in base 36, or bits; null where it is too long. */
export function written(selection, most = 1500) {
  return inRuns(selection, most) ?? (selection.length < 6 * most ? inBits(selection) : null);
}

function inRuns(selection, most) {
  const runs = [];
  let [last, length] = [0, 0];
  for (const flag of selection) {
    if (flag === last) length += 1;
    else [last, length] = (runs.push(length), [flag, 1]);
    if (runs.length > most) return null;
  }
  const text = runs.concat(length).map((run) => run.toString(36)).join(".");
  return text.length > most ? null : text;
}

/** The selection that `written` made a text of; null where it is none of so many proteins. */
export function read(text, length) {
  if (text.startsWith(BITS)) return ofBits(text.slice(1), length);
  const runs = text.split(".").map((run) => parseInt(run, 36));
  if (runs.some((run) => !(run >= 0)) || runs.reduce((sum, run) => sum + run, 0) !== length) return null;
  const found = new Uint8Array(length);
  let start = 0;
  runs.forEach((run, place) => {
    if (place % 2) found.fill(1, start, start + run);
    start += run;
  });
  return found.includes(1) ? found : null;
}

/** What begins a text of bits, six for each sign. */
const BITS = "*";
const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function inBits(selection) {
  const signs = Array.from({ length: Math.ceil(selection.length / 6) }, () => 0);
  selection.forEach((flag, index) => (signs[Math.floor(index / 6)] |= flag << (index % 6)));
  return BITS + signs.map((sign) => SIGNS[sign]).join("");
}

function ofBits(text, length) {
  const signs = [...text].map((sign) => SIGNS.indexOf(sign));
  if (signs.includes(-1) || signs.length !== Math.ceil(length / 6)) return null;
  const found = Uint8Array.from({ length }, (_, index) => (signs[Math.floor(index / 6)] >> (index % 6)) & 1);
  return found.includes(1) ? found : null;
}
