// The check of a FASTA file before it is uploaded, by the server's own limits. The server checks
// again: what passes here may still be refused there, and nothing that it takes is refused here.

import { number } from "/viewer/format.js";
import { Identifiers } from "./identifiers.js";
import { numberedLines } from "./lines.js";
import { firstWord, rawRecords } from "./records.js";
import { Refusal, malformed } from "./refusal.js";
import { Residues } from "./residues.js";

const DOT = ".".charCodeAt(0);

/** Read a file; resolves with {sequences, residues}. `counted` gets the sequences so far. */
export async function check(file, { limits, fasta }, counted = () => {}) {
  const residues = new Residues(fasta);
  const found = new Found(file.name, limits, fasta, residues);
  const lines = numberedLines(file, limits.max_file_bytes ?? Infinity, fasta);
  for await (const record of rawRecords(lines, residues)) {
    found.add(record);
    counted(found.sequences);
  }
  return found.end();
}

class Found {
  constructor(name, limits, fasta, alphabet) {
    Object.assign(this, { name, limits, alphabet, sequences: 0, residues: 0, width: 0 });
    this.identifiers = new Identifiers(fasta);
    this.gapped = new RegExp(fasta.gapped);
    this.even = true;
    this.dotted = null;
  }

  add({ header, line, parts }) {
    const word = this.identifiers.find(firstWord(header), line);
    const { width, length, dotted } = this.alphabet.takeApart(word.text, line, parts);
    if (!length) return;
    const identifier = this.identifiers.add(word, header, line);
    this.sequences += 1;
    this.residues += length;
    this.checkWidth(identifier, width, dotted && !this.gapped.test(header), parts);
    this.checkSize(`${identifier} (line ${line})`, length);
  }

  /** A `.` is a gap only where all sequences have one width; else it is a stop codon. */
  checkWidth(identifier, width, dotted, parts) {
    this.width ||= width;
    this.even &&= width === this.width;
    if (dotted) this.dotted ??= innerDot(identifier, parts);
    if (this.dotted && !this.even) throw this.dotted;
  }

  checkSize(record, length) {
    const { max_length, max_sequences, max_total_residues } = this.limits;
    if (above(length, max_length)) {
      const text =
        `Record ${record} has ${number(length)} residues; the limit is ` +
        `${number(max_length)}. Shorten it, e.g. to its domains, or leave it out.`;
      throw new Refusal("SEQUENCE_TOO_LONG", text);
    }
    if (above(this.sequences, max_sequences)) {
      const text =
        `There are more than ${number(max_sequences)} sequences: the limit is reached ` +
        `at ${record}. Reduce the file, e.g. by clustering.`;
      throw new Refusal("TOO_MANY_SEQUENCES", text);
    }
    if (above(this.residues, max_total_residues)) {
      const text =
        `The sequences have more than ${number(max_total_residues)} residues together: ` +
        `the limit is reached at ${record}. Split the file or use fewer sequences.`;
      throw new Refusal("TOTAL_RESIDUES_EXCEEDED", text);
    }
  }

  end() {
    const { sequences, residues, limits } = this;
    if (this.dotted && sequences < 2) throw this.dotted;
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

function innerDot(identifier, parts) {
  const [line] = parts.find(([, bytes]) => bytes.includes(DOT));
  return malformed(
    `Record ${identifier}, line ${line}: '.' inside the sequence, which is a stop codon in a ` +
      "file whose sequences differ in length. Cut the sequence at the stop codon, or write gaps " +
      "as '-'.",
  );
}
