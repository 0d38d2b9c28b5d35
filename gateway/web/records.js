// The records of a FASTA file: headers, and the lines of their sequences.

import { number } from "/viewer/format.js";
import { malformed, quoted } from "./refusal.js";

const HEADER = ">".charCodeAt(0);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin = new TextDecoder("latin1");
// What the server takes for blanks: a mark of byte order is none.
const BLANKS = "(?:(?!\\ufeff)[\\s\\x1c-\\x1f\\x85])+";
const AROUND = new RegExp(`^${BLANKS}|${BLANKS}$`, "g");
const BETWEEN = new RegExp(BLANKS);

/** Yield {line, header, parts} of each record; parts are [line, bytes] of its sequence. */
export async function* rawRecords(lines, residues) {
  let record = null;
  for await (const [line, bytes] of lines) {
    const [before, header] = splitAtHeader(bytes, residues);
    if (before.length) {
      if (record) record.parts.push([line, before]);
      else if (residues.text(before)) throw beforeHeader(line, bytes);
    }
    if (!header) continue;
    if (record) yield record;
    record = { line, header: headerText(header, line, residues.fasta.max_header), parts: [] };
  }
  if (record) yield record;
}

/** What is before the `>` of a header, and the header behind it; `_headers` of the server's records.py. */
function splitAtHeader(bytes, residues) {
  if (bytes[0] === HEADER) return [[], bytes.subarray(1)];
  const place = bytes.indexOf(HEADER);
  if (place < 0) return [bytes, null];
  const [before, header] = [bytes.subarray(0, place), bytes.subarray(place + 1)];
  const text = residues.text(before);
  const isHeader = residues.isSequence(text) && (!text || latin.decode(header).trim());
  return isHeader ? [before, header] : [bytes, null];
}

function headerText(bytes, line, longest) {
  if (bytes.length > longest) {
    const most = `at most ${number(longest)} are read. Shorten it.`;
    throw malformed(`The header on line ${line} has ${number(bytes.length)} bytes; ${most}`);
  }
  let text;
  try {
    text = utf8.decode(bytes).replace(/\x1a+$/, "").replace(AROUND, "");
  } catch {
    throw malformed(`Line ${line} is not UTF-8 text. Save the file as UTF-8.`);
  }
  if (text.includes("\0")) throw malformed(`Line ${line} holds a NUL byte. Save the file as plain text.`);
  if (!text) throw malformed(`Line ${line} is a '>' with nothing after it. Add an identifier.`);
  return text;
}

/** The first word of a header. */
export const firstWord = (header) => header.split(BETWEEN, 1)[0];

function beforeHeader(line, bytes) {
  const start = latin.decode(bytes.subarray(0, 20)).replace(/[^\0-\x7f]/g, "\ufffd").trim();
  const remedy = /^[#;]/.test(start) ? " Remove comments before it." : "";
  return malformed(
    `Line ${line} (${quoted(start)}) comes before the first header. ` +
      `A FASTA file starts with a line '>identifier'.${remedy}`,
  );
}
