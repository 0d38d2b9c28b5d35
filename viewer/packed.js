// Data that a page holds as text: base64 of DEFLATE, in planes of bytes (docs/map-file.md).

import { Proteins } from "./proteins.js";

const TYPES = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };
const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SIX_BITS = new Uint8Array(128);
[...SIGNS].forEach((sign, value) => (SIX_BITS[sign.charCodeAt(0)] = value));

/** The bytes of base64. */
export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const signs = new TextEncoder().encode(text);
  const pad = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((signs.length / 4) * 3);
  for (let from = 0, to = 0; from < signs.length; from += 4, to += 3) {
    const bits = (SIX_BITS[signs[from]] << 18) | (SIX_BITS[signs[from + 1]] << 12) | (SIX_BITS[signs[from + 2] & 127] << 6) | SIX_BITS[signs[from + 3] & 127];
    bytes[to] = bits >> 16;
    bytes[to + 1] = bits >> 8;
    bytes[to + 2] = bits;
  }
  return bytes.subarray(0, bytes.length - pad);
}

async function unpacked(text) {
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Numbers of their planes of bytes. */
export function ofPlanes(planes, type) {
  const Numbers = TYPES[type];
  const size = Numbers.BYTES_PER_ELEMENT;
  const length = planes.length / size;
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0; plane < size; plane += 1) {
    for (let index = 0, to = plane; index < length; index += 1, to += size) bytes[to] = planes[plane * length + index];
  }
  return new Numbers(bytes.buffer);
}

export class Packed {
  /** `description` says what the blocks are; `textOf(number)` gives a block and lets go of it. */
  constructor(description, textOf) {
    Object.assign(this, { description, textOf });
  }

  async strings({ block }) {
    return JSON.parse(new TextDecoder().decode(await unpacked(this.textOf(block))));
  }

  async numbers({ block, type }) {
    return ofPlanes(new Uint8Array(await unpacked(this.textOf(block))), type);
  }

  /** Float64 numbers, NaN where missing. */
  async decimals({ divisor, least, ...column }) {
    const numbers = await this.numbers(column);
    if (!divisor) return numbers;
    const found = new Float64Array(numbers.length);
    for (let index = 0; index < found.length; index += 1) found[index] = numbers[index] ? (numbers[index] - 1 + least) / divisor : NaN;
    return found;
  }

  async annotation({ name, scale, numbers, labels, codes, style }) {
    if (numbers) return { name, scale, numbers: await this.decimals(numbers) };
    const found = Int32Array.from(await this.numbers(codes));
    for (let index = 0; index < found.length; index += 1) found[index] -= 1;
    return { name, style, labels: await this.strings(labels), codes: found };
  }

  async projection({ x, y, ...known }) {
    return { ...known, x: await this.numbers(x), y: await this.numbers(y) };
  }

  async neighbours(known) {
    const [indices, distances] = [await this.numbers(known.indices), await this.numbers(known.distances)];
    return { ...known, indices, distances };
  }

  /** Proteins with all that a first picture, search and table need. */
  async proteins() {
    const { identifiers, projections, annotations, title, colour_by } = this.description;
    return new Proteins({
      title,
      colour_by,
      identifiers: await this.strings(identifiers),
      projections: await Promise.all(projections.map((found) => this.projection(found))),
      annotations: await Promise.all(annotations.map((found) => this.annotation(found))),
    });
  }

  /** Give proteins what takes longer to unpack: their neighbours and sequences. */
  async complete(proteins) {
    const { neighbours, sequences } = this.description;
    proteins.neighbours = await Promise.all(neighbours.map((found) => this.neighbours(found)));
    proteins.sequences = sequences && (await this.strings(sequences));
  }
}
