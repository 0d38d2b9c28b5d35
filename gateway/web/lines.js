// The lines of a file as bytes, whatever ends or packs them, within a bound.

import { number } from "/viewer/format.js";
import { Refusal, malformed } from "./refusal.js";

const LF = 10;
const CR = 13;
const BLANK = new Set([9, 10, 11, 12, 13, 32]);
const PACKED = { gzip: "\x1f\x8b", bzip2: "BZh", xz: "\xfd7zXZ\0", zstd: "\x28\xb5\x2f\xfd" };
const latin = (bytes) => String.fromCharCode(...bytes);

/** Thrown where this browser cannot unpack a file; the server may be able to. */
export class Unreadable extends Error {}

/** Yield [number, bytes] of each line that is not blank; `max` counts unpacked bytes. */
export async function* numberedLines(file, max, fasta) {
  let line = 0;
  let total = 0;
  for await (let chunk of wholeLines(file, max, fasta)) {
    total += chunk.length;
    if (total > max) throw tooLarge(max);
    if (line === 0) chunk = withoutMark(chunk);
    for (const part of split(withoutEnd(chunk))) {
      line += 1;
      if (!part.every((byte) => BLANK.has(byte))) yield [line, part];
    }
  }
}

/** What ends with a line feed, and the rest at the end; nothing longer than `max` is kept. */
async function* wholeLines(file, max, fasta) {
  let rest = new Uint8Array();
  for await (const chunk of checkedChunks(file, fasta)) {
    let data = rest.length ? join(rest, chunk) : chunk;
    let end;
    while ((end = data.indexOf(LF)) >= 0) {
      yield data.subarray(0, end + 1);
      data = data.subarray(end + 1);
    }
    if (data.length > max) throw tooLarge(max);
    rest = data;
  }
  if (rest.length) yield rest;
}

/** The chunks of a file; refused where the first bytes are those of another format. */
async function* checkedChunks(file, { formats, format_bytes }) {
  let start = new Uint8Array();
  let checked = false;
  for await (const chunk of chunks(file)) {
    if (checked) {
      yield chunk;
      continue;
    }
    start = join(start, chunk);
    if (start.length < format_bytes) continue;
    checkStart(start.subarray(0, format_bytes), formats);
    checked = true;
    yield start;
  }
  if (checked) return;
  checkStart(start, formats);
  if (start.length) yield start;
}

function checkStart(bytes, formats) {
  const text = latin(withoutMark(bytes));
  const found = formats.find(([pattern]) => new RegExp(pattern).test(text));
  if (found) throw malformed(found[1]);
}

async function* chunks(file) {
  const packed = await packing(file);
  if (packed && packed !== "gzip") throw new Unreadable();
  const stream = packed ? file.stream().pipeThrough(new DecompressionStream(packed)) : file.stream();
  const reader = stream.getReader();
  const read = () =>
    reader.read().catch(() => {
      throw packed ? new Unreadable() : malformed("The file cannot be read. Choose it again.");
    });
  try {
    for (let next = await read(); !next.done; next = await read()) yield next.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** How a file is compressed, or nothing; only gzip is unpacked here. */
async function packing(file) {
  const start = latin(new Uint8Array(await file.slice(0, 8).arrayBuffer()));
  const [name] = Object.entries(PACKED).find(([, magic]) => start.startsWith(magic)) ?? [];
  return name;
}

function join(first, second) {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function withoutEnd(chunk) {
  let end = chunk.length;
  if (chunk[end - 1] === LF) end -= 1;
  if (chunk[end - 1] === CR) end -= 1;
  return chunk.subarray(0, end);
}

function* split(chunk) {
  let start = 0;
  for (let end; (end = chunk.indexOf(CR, start)) >= 0; start = end + 1) yield chunk.subarray(start, end);
  yield chunk.subarray(start);
}

function withoutMark(chunk) {
  const [a, b, c] = chunk;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw malformed("The file is UTF-16 text. Save it as UTF-8 or plain text.");
  }
  return a === 0xef && b === 0xbb && c === 0xbf ? chunk.subarray(3) : chunk;
}

function tooLarge(max) {
  const text = `The file is larger than ${number(max)} bytes (unpacked). Split it or use fewer sequences.`;
  return new Refusal("FILE_TOO_LARGE", text);
}
