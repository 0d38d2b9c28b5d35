// Which bytes are residues; what they are comes from the server.

import { malformed, quoted } from "./refusal.js";

const RESIDUE = 1;
const FILLER = 2;
const STOP = "*".charCodeAt(0);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const codes = (letters) => [...letters].map((letter) => letter.charCodeAt(0));

/** Counts the residues of records; `fasta` is that of the server's options. */
export class Residues {
  constructor(fasta) {
    this.fasta = fasta;
    this.kind = new Uint8Array(256);
    for (const code of codes(fasta.residues + fasta.residues.toLowerCase())) this.kind[code] = RESIDUE;
    for (const code of codes(fasta.gaps + fasta.blanks)) this.kind[code] = FILLER;
  }

  /** The number of residues of a record; refused where a letter is none. `parts` are [line, bytes]. */
  count(identifier, line, parts) {
    const seen = new Uint32Array(256);
    for (const [, bytes] of parts) for (const byte of bytes) seen[byte] += 1;
    const sum = (kind) => seen.reduce((total, n, byte) => total + (this.kind[byte] === kind ? n : 0), 0);
    if (sum(0) > (this.endsWithStop(parts) ? 1 : 0)) throw this.bad(identifier, parts);
    const length = sum(RESIDUE);
    if (this.looksLikeNucleotides(seen, length)) {
      throw malformed(
        `Record ${identifier} (line ${line}) looks like nucleotides. ` +
          "Translate the sequences to protein and try again.",
      );
    }
    return length;
  }

  endsWithStop(parts) {
    const last = parts.findLast(([, bytes]) => bytes.some((byte) => this.kind[byte] !== FILLER));
    return last !== undefined && last[1].findLast((byte) => this.kind[byte] !== FILLER) === STOP;
  }

  bad(identifier, parts) {
    const faults = parts.map(([line, bytes], place) => {
      const wrong = bytes.filter((byte) => !this.kind[byte]);
      const end = place === parts.length - 1 && this.endsWithStop([[line, bytes]]);
      return [line, end ? wrong.subarray(0, -1) : wrong];
    });
    const [line, wrong] = faults.find(([, found]) => found.length);
    return malformed(`Record ${identifier}, line ${line}: ${this.named(wrong)}`);
  }

  named(wrong) {
    const first = String.fromCharCode(wrong[0]).replace("j", "J");
    if (first === "*") return "'*' inside the sequence. Cut the sequence at the stop codon.";
    if (first === "\0") return "a NUL byte. Save the file as plain text.";
    if (first === "J") return "No embedder supports J (Leu or Ile). Write L, I or X instead.";
    const allowed = `Allowed are ${this.fasta.residues}, gaps (- .) and one * at the end.`;
    return `${shown(wrong)} is not an amino-acid letter. ${allowed}`;
  }

  looksLikeNucleotides(seen, length) {
    if (length < this.fasta.nucleotides_from) return false;
    const count = (letters) => codes(letters).reduce((total, code) => total + seen[code], 0);
    const each = ["Aa", "Cc", "Gg", "TtUu"].map(count);
    const sum = each.reduce((a, b) => a + b) + count("Nn");
    return each.every(Boolean) && sum >= this.fasta.nucleotides * length;
  }
}

/** The first wrong sign, readable whatever bytes it is made of. */
function shown(wrong) {
  try {
    const [sign] = utf8.decode(wrong);
    return quoted(sign);
  } catch {
    return `byte 0x${wrong[0].toString(16).padStart(2, "0")}`;
  }
}
