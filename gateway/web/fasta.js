// The check of a FASTA file before it is uploaded, by the server's own limits. The server checks
// again: what passes here may still be refused there, and nothing that it takes is refused here.

import { number } from "./format.js";
import { numberedLines } from "./lines.js";
import { Refusal, isUnseen, malformed, quoted } from "./refusal.js";
import { Residues } from "./residues.js";

const HEADER = ">".charCodeAt(0);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin = new TextDecoder("latin1");
// What the server takes for blanks: a mark of byte order is none.
const BLANKS = "(?:(?!\\ufeff)[\\s\\x1c-\\x1f\\x85])+";
const AROUND = new RegExp(`^${BLANKS}|${BLANKS}$`, "g");
const BETWEEN = new RegExp(BLANKS);

/** Read a file; resolves with {sequences, residues}. `counted` gets the sequences so far. */
export async function check(file, { limits, fasta }, counted = () => {}) {
  const found = new Found(file.name, limits, fasta);
  let header = null;
  let parts = [];
  for await (const [line, bytes] of numberedLines(file, limits.max_file_bytes ?? Infinity)) {
    if (bytes[0] === HEADER) {
      if (header) found.add(header, parts);
      header = { line, text: headerText(bytes, line) };
      parts = [];
      counted(found.sequences);
    } else if (header === null) throw beforeHeader(line, bytes);
    else parts.push([line, bytes]);
  }
  if (header) found.add(header, parts);
  return found.end();
}

class Found {
  constructor(name, limits, fasta) {
    Object.assign(this, { name, limits, fasta, sequences: 0, residues: 0, lines: new Map() });
    this.alphabet = new Residues(fasta);
    this.accession = new RegExp(`^(?:${fasta.accession})`);
  }

  add({ line, text }, parts) {
    const identifier = this.identifier(text, line);
    const length = this.alphabet.count(identifier, line, parts);
    if (!length) return;
    const first = this.lines.get(identifier);
    if (first !== undefined) throw duplicate(identifier, first, line);
    this.lines.set(identifier, line);
    this.sequences += 1;
    this.residues += length;
    this.checkSize(identifier, line, length);
  }

  identifier(header, line) {
    const [word] = header.split(BETWEEN);
    const accession = this.accession.exec(word);
    const found = accession ? accession[1] : word.includes("|") ? word.split("|")[1] : word;
    if (!found || isUnseen(found)) {
      throw malformed(
        `The header on line ${line} gives no usable identifier. Put one after the '>': ` +
          "letters, digits and signs, without control characters and invisible ones.",
      );
    }
    const { length } = [...found];
    if (length > this.fasta.max_identifier) {
      throw malformed(
        `The identifier on line ${line} has ${number(length)} characters; at most ` +
          `${this.fasta.max_identifier} can be shown. Put a blank after its identifying part.`,
      );
    }
    return found;
  }

  checkSize(identifier, line, length) {
    const { max_length, max_sequences, max_total_residues } = this.limits;
    if (above(length, max_length)) {
      const text =
        `Record ${identifier} (line ${line}) has ${number(length)} residues; the limit is ` +
        `${number(max_length)}. Shorten it, e.g. to its domains, or leave it out.`;
      throw new Refusal("SEQUENCE_TOO_LONG", text);
    }
    if (above(this.sequences, max_sequences)) {
      const text =
        `There are more than ${number(max_sequences)} sequences (the limit is reached ` +
        `at ${identifier}, line ${line}). Reduce the file, e.g. by clustering.`;
      throw new Refusal("TOO_MANY_SEQUENCES", text);
    }
    if (above(this.residues, max_total_residues)) {
      const text =
        `The sequences have more than ${number(max_total_residues)} residues together ` +
        `(reached at ${identifier}, line ${line}). Split the file or use fewer sequences.`;
      throw new Refusal("TOTAL_RESIDUES_EXCEEDED", text);
    }
  }

  end() {
    const { sequences, residues, limits } = this;
    if (!sequences) {
      const text =
        `${this.name} holds no protein sequence. A FASTA file has a line ` +
        "'>identifier' and then the residues, for each protein.";
      throw new Refusal("EMPTY_FASTA", text);
    }
    if (sequences < (limits.min_sequences ?? 0)) {
      const text =
        `There are ${sequences} sequences; at least ${limits.min_sequences} are needed for a ` +
        "projection. Records without residues do not count.";
      throw new Refusal("TOO_FEW_SEQUENCES", text);
    }
    return { sequences, residues };
  }
}

const above = (value, limit) => limit !== null && value > limit;

function headerText(bytes, line) {
  let text;
  try {
    text = utf8.decode(bytes.subarray(1)).replace(AROUND, "");
  } catch {
    throw malformed(`Line ${line} is not UTF-8 text. Save the file as UTF-8.`);
  }
  if (text.includes("\0")) throw malformed(`Line ${line} holds a NUL byte. Save the file as plain text.`);
  if (!text) throw malformed(`Line ${line} is a '>' with nothing after it. Add an identifier.`);
  return text;
}

function beforeHeader(line, bytes) {
  const start = latin.decode(bytes.subarray(0, 20)).replace(/[^\0-\x7f]/g, "\ufffd").trim();
  return malformed(
    `Line ${line} (${quoted(start)}) comes before the first header. ` +
      "A FASTA file starts with a line '>identifier'.",
  );
}

function duplicate(identifier, first, line) {
  const text =
    `The identifier ${identifier} stands on line ${first} and on line ${line} ` +
    "(headers are reduced to their identifier: sp|P12345|NAME becomes P12345). " +
    "Remove or rename one of the two.";
  return new Refusal("DUPLICATE_IDENTIFIERS", text);
}
