// Which characters are residues, gaps and stops; what they are comes from the server.

import { malformed, quoted } from "./refusal.js";

const STOPS = /[*.]+$/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
// Bytes that are no text become signs whose code ends with the byte.
const raw = new TextDecoder("x-user-defined");
const anyOf = (signs) => new RegExp(`[${signs.replace(/[\]\\^-]/g, "\\$&")}]`, "gu");
/** Only ASCII has residues, so no other letter is raised into one. */
const upper = (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** Takes the sequences of records apart; `fasta` is that of the server's options. */
export class Residues {
  constructor(fasta) {
    this.fasta = fasta;
    this.residues = anyOf(fasta.residues);
    this.gaps = anyOf(fasta.gaps);
    this.blanks = anyOf(fasta.blanks + fasta.unicode_blanks);
    this.rawBlanks = anyOf(`${fasta.blanks}\uf7a0`);
  }

  /** A line of a sequence without blanks and in upper case. */
  text(bytes) {
    try {
      return upper(utf8.decode(bytes).replace(this.blanks, ""));
    } catch {
      return upper(raw.decode(bytes).replace(this.rawBlanks, ""));
    }
  }

  /** Whether a line has nothing but residues, gaps, and at most one stop at its end. */
  isSequence(text) {
    return !this.wrong(text.replace(this.gaps, ""));
  }

  /** What is no residue, but for one stop at the end. */
  wrong(text) {
    return text.replace(/\*$/, "").replace(this.residues, "");
  }

  /** {width, length, dotted} of a record; refused where a character is none. `parts` are [line, bytes]. */
  takeApart(identifier, line, parts) {
    const text = parts.map(([, bytes]) => this.text(bytes)).join("");
    const ungapped = text.replaceAll("-", "");
    const body = ungapped.replace(STOPS, "");
    const tail = ungapped.slice(body.length);
    const residues = body.replaceAll(".", "");
    if (residues.replace(this.residues, "") || tail.split("*").length > 2) throw this.bad(identifier, parts);
    if (this.looksLikeNucleotides(residues)) {
      throw malformed(
        `Record ${identifier} (line ${line}) looks like nucleotides. ` +
          "Translate the sequences to protein and try again.",
      );
    }
    const dotted = residues.length < body.length || (tail.includes(".") && tail.length > 1);
    return { width: text.length, length: residues.length, dotted };
  }

  bad(identifier, parts) {
    const [line, wrong] = this.firstWrong(parts);
    return malformed(`Record ${identifier}, line ${line}: ${this.named(wrong)}`);
  }

  /** The first line with characters that are no residues, and these characters. */
  firstWrong(parts) {
    let stopped = null;
    for (const [line, bytes] of parts) {
      const text = this.text(bytes).replace(this.gaps, "");
      if (stopped && text) return stopped;
      const wrong = this.wrong(text);
      if (wrong) return [line, wrong];
      stopped = text.endsWith("*") ? [line, "*"] : null;
    }
    throw new Error("all characters are residues");
  }

  named(wrong) {
    if (wrong[0] === "*") return "'*' inside the sequence. Cut the sequence at the stop codon.";
    if (wrong[0] === "\0") return "a NUL byte. Save the file as plain text.";
    if (wrong[0] === ">") {
      return (
        "'>' inside the line, after characters that are no residues. " +
        "Were files joined without a line end between them? Put one before the '>'."
      );
    }
    const allowed = `Allowed are ${this.fasta.residues}, gaps (- .) and one * at the end.`;
    const remedy = this.fasta.remedies.find(([signs]) => signs.includes(wrong[0]))?.[1] ?? "";
    return `${shown(wrong)} is not an amino-acid letter. ${allowed} ${remedy}`.trimEnd();
  }

  looksLikeNucleotides(residues) {
    if (residues.length < this.fasta.nucleotides_from) return false;
    const count = (letters) => residues.length - residues.replace(anyOf(letters), "").length;
    const each = ["A", "C", "G", "TU"].map(count);
    const sum = each.reduce((a, b) => a + b) + count("N");
    return each.every(Boolean) && sum >= this.fasta.nucleotides * residues.length;
  }
}

/** The first wrong sign; one that is no text is shown as its byte. */
function shown(wrong) {
  const [sign] = wrong;
  if (!/[\uf780-\uf7ff]/.test(wrong)) return quoted(sign);
  return `byte 0x${(sign.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")}`;
}
