// Identifiers of headers, by the conventions that the server has, and which of them repeat.

import { number } from "/viewer/format.js";
import { Refusal, isUnseen, malformed, quoted } from "./refusal.js";

const SHOWN = 1_000;
const BRACKETS = ["()", "[]", "{}"];

export class Identifiers {
  constructor({ conventions, max_identifier }) {
    this.conventions = conventions.map(([pattern, unsure]) => [new RegExp(pattern), unsure]);
    this.longest = max_identifier;
    this.wholeWords = false;
    this.first = new Map();
    this.words = new Map();
  }

  /** {text, word, unsure} of the first word of a header. */
  find(word, line) {
    const [pattern, unsure] = this.conventions.find(([each]) => word.includes("|") && each.test(word)) ?? [];
    const text = pattern ? pattern.exec(word).slice(1).filter(Boolean).join("_") : word;
    this.check(text, line);
    return { text, word, unsure: unsure ?? false };
  }

  check(text, line) {
    if (isUnseen(text)) {
      throw malformed(
        `The header on line ${line} gives no usable identifier. Put one after the '>': ` +
          "letters, digits and signs, without control characters and invisible ones.",
      );
    }
    const { length } = [...text];
    if (length > this.longest) {
      throw malformed(
        `The identifier on line ${line} has ${number(length)} characters; at most ` +
          `${this.longest} can be shown. Put a blank after its identifying part.`,
      );
    }
  }

  /** The identifier as it is in this file; refused where it was there before. */
  add(found, header, line) {
    if (isDamaged(found) && !this.wholeWords) this.keepWords();
    const unsure = found.unsure && !this.wholeWords;
    const text = found.unsure && this.wholeWords ? found.word : found.text;
    const first = this.first.get(text);
    if (first === undefined) {
      this.check(text, line);
      this.first.set(text, { header, line });
      if (unsure) this.words.set(text, found.word);
      return text;
    }
    if (!unsure && !this.words.has(text)) throw duplicate(found.text, first, { header, line });
    this.keepWords();
    return this.add(found, header, line);
  }

  keepWords() {
    this.wholeWords = true;
    for (const [text, word] of this.words) {
      const first = this.first.get(text);
      this.first.delete(text);
      this.first.set(word, first);
    }
    this.words.clear();
  }
}

const isDamaged = ({ text, unsure }) =>
  unsure && BRACKETS.some(([open, close]) => text.split(open).length !== text.split(close).length);

/** A header in quotes; the end of a very long one is left out. */
function shown(header) {
  const signs = [...header];
  return quoted(signs.length > SHOWN ? `${signs.slice(0, SHOWN).join("")}...` : header);
}

function duplicate(identifier, first, second) {
  const text =
    `Duplicate identifier ${identifier}: ${shown(first.header)} on line ${first.line} and ` +
    `${shown(second.header)} on line ${second.line}. Remove or rename one of the two.`;
  return new Refusal("DUPLICATE_IDENTIFIERS", text);
}
