// Search over identifiers and all annotations.

import { value } from "./format.js";
import { inPieces } from "./pieces.js";
import { members } from "./selection.js";
import { having } from "./texts.js";

/**
 * The terms of a search: words that must all be there (each a list), for each part between commas,
 * semicolons or line ends. Words in quotes belong together.
 */
export function termsOf(text) {
  const parts = text.toLowerCase().match(/(?:"[^"]*"|[^,;\n"])+/g) ?? [];
  const words = (part) => (part.match(/"[^"]+"|[^\s"]+/g) ?? []).map((word) => word.replaceAll('"', ""));
  return parts.map(words).filter((found) => found.length);
}

/**
 * Indices of the proteins that have all words of any of the terms; null where there are no terms, and
 * undefined once the search is `outdated`.
 */
export async function search(proteins, text, outdated) {
  const terms = termsOf(text);
  return terms.length ? inPieces((rest) => matching(proteins, terms, rest), outdated) : null;
}

async function matching(proteins, terms, rest) {
  const found = new Uint8Array(proteins.length);
  for (const words of terms) {
    const all = new Uint8Array(proteins.length).fill(1);
    for (const word of words) {
      const flags = await fitting(proteins, word, rest);
      for (let index = 0; index < all.length; index += 1) all[index] &= flags[index];
    }
    for (let index = 0; index < found.length; index += 1) found[index] |= all[index];
  }
  return members(found);
}

/** For each protein, whether its identifier or an annotation has a word. */
async function fitting(proteins, word, rest) {
  const flags = await having(proteins.identifiers, word, rest);
  for (const { numbers, labels, codes } of proteins.annotations) {
    const fits = numbers ? [] : await having(labels, word, rest);
    await rest();
    if (numbers) markNumbers(flags, numbers, word);
    else if (fits.includes(1)) for (let index = 0; index < flags.length; index += 1) if (codes[index] >= 0) flags[index] |= fits[codes[index]];
  }
  return flags;
}

function markNumbers(flags, numbers, word) {
  const fits = numberLike(word);
  if (fits) for (let index = 0; index < flags.length; index += 1) if (fits(numbers[index])) flags[index] = 1;
}

/** Whether a number is found by a word: as it is, or as it is shown. Null where the word is no number. */
function numberLike(word) {
  const plain = word.replaceAll(",", "");
  const wanted = Number(plain);
  if (Number.isNaN(wanted)) return null;
  const near = Math.abs(wanted) / 1000;
  return (found) => found === wanted || (Math.abs(found - wanted) <= near && value(found).replaceAll(",", "") === plain);
}

/** Where a protein fits a search: the name and the text of the first annotation; null for its identifier. */
export function where(proteins, text, index) {
  const words = termsOf(text).flat();
  if (words.some((word) => proteins.identifiers[index].toLowerCase().includes(word))) return null;
  for (const annotation of proteins.annotations) {
    if (!proteins.has(annotation, index)) continue;
    const cell = proteins.text(annotation, index);
    const fits = (word) => (annotation.numbers ? numberLike(word)?.(annotation.numbers[index]) : cell.toLowerCase().includes(word));
    if (words.some(fits)) return [annotation.name, cell];
  }
  return null;
}
