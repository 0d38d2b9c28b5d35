// What a map shows: proteins with their coordinates, annotations and nearest proteins.

import { value } from "./format.js";

export const MISSING = "missing";
/** Names under which annotations have what a tip shows, the preferred first. */
const ROLES = {
  name: ["protein_name", "protein_names", "name"],
  gene: ["gene_name", "gene", "gene_names"],
  organism: ["organism", "organism_name", "species"],
};

/** Proteins in the order of `identifiers`; all other arrays are in the same order. */
export class Proteins {
  /**
   * `projections` have {name, x, y, note, quality}; `annotations` {name, labels, codes} with -1 where
   * missing, or {name, numbers, scale} with NaN; `neighbours` {embedder, metric, count, indices,
   * distances} with `count` of each protein; `sequences` are one for each, or null.
   */
  constructor(found) {
    Object.assign(this, { title: "", neighbours: [], sequences: null }, found);
    this.places = null;
  }

  get length() {
    return this.identifiers.length;
  }

  /** How many proteins were on the map before the last ones joined it; they come first. 0 where it has not grown. */
  get old() {
    // A table of one's own may have a column `added`, but then hardly numbers named `novelty`.
    const grown = this.annotation("novelty")?.numbers && this.annotation("added");
    return (this.oldCount ??= oldOf(grown?.codes ?? []));
  }

  annotation(name) {
    return this.annotations.find((found) => found.name === name) ?? null;
  }

  /** Whether an annotation says anything of a protein: a label may be the word that stands for nothing. */
  has({ numbers, codes }, index) {
    return numbers ? !Number.isNaN(numbers[index]) : codes[index] >= 0;
  }

  /** What an annotation says of a protein, as text; `MISSING` where nothing. */
  text(annotation, index) {
    if (!this.has(annotation, index)) return MISSING;
    return annotation.numbers ? value(annotation.numbers[index]) : annotation.labels[annotation.codes[index]];
  }

  /** Text of the annotation with a role (name, gene, organism); null where there is none. */
  role(role, index) {
    const annotation = ROLES[role].map((name) => this.annotation(name)).find(Boolean);
    return annotation && this.has(annotation, index) ? this.text(annotation, index) : null;
  }

  /** The index of an identifier; undefined where it is unknown. */
  index(identifier) {
    this.places ??= new Map(this.identifiers.map((found, index) => [found, index]));
    return this.places.get(identifier);
  }

  /** The neighbours in the embedding that a projection is of, or in the first; undefined without any. */
  neighboursOf(projection) {
    return this.neighbours.find(({ embedder }) => embedder === projection.source) ?? this.neighbours[0];
  }

  /** [index, distance] of the proteins nearest in the embedding of a projection. */
  nearest(index, projection) {
    const found = this.neighboursOf(projection);
    if (!found) return [];
    const { count, indices, distances } = found;
    const places = Array.from({ length: count }, (_, place) => index * count + place);
    return places.map((place) => [indices[place], distances[place]]);
  }
}

/** How many codes come before the last ones that are alike; 0 where some of these are elsewhere, too. */
function oldOf(codes) {
  const last = codes.at(-1) ?? -1;
  let first = codes.length;
  while (first && codes[first - 1] === last) first -= 1;
  return last >= 0 && codes.indexOf(last) === first ? first : 0;
}

/** Proteins of the gateway's preview. */
export function fromPreview(preview) {
  const projections = preview.projections.map((found) => ({
    ...found,
    x: Float32Array.from(found.x),
    y: Float32Array.from(found.y),
  }));
  const annotations = preview.annotations.map((found) =>
    found.numbers
      ? { ...found, numbers: Float64Array.from(found.numbers, (number) => number ?? NaN) }
      : { ...found, codes: Int32Array.from(found.codes) },
  );
  const neighbours = preview.neighbours.map((found) => ({
    ...found,
    count: found.indices[0]?.length ?? 0,
    indices: Uint32Array.from(found.indices.flat()),
    distances: Float32Array.from(found.distances.flat()),
  }));
  return new Proteins({ ...preview, projections, annotations, neighbours });
}
