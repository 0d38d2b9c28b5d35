// Numbers as people read them.

const numbers = new Intl.NumberFormat("en-US");

export const number = (value) => numbers.format(value);

/** `1 sequence`, `1,234 sequences`. */
export const count = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;

/** A number of an annotation, short: `2023`, `13,246`, `0.1234`, `5.1e+15`. */
export function value(found) {
  const size = Math.abs(found);
  // A year has no comma, and whoever reads twenty digits counts them.
  if (size >= 1e15) return found.toExponential(3).replace(/\.?0+e/, "e");
  if (size >= 9999.5) return number(Math.round(found));
  return String(Number.isInteger(found) ? found : Number(found.toPrecision(4)));
}

/** `from 0 to 12`, with all digits where few of them do not tell the ends apart. */
export function range([low, high]) {
  const short = [low, high].map(value);
  const texts = short[0] === short[1] ? [low, high].map(String) : short;
  return `from ${texts[0]} to ${texts[1]}`;
}

/** A p-value, short. */
export const pValue = (found) => (found < 1e-300 ? "< 1e-300" : found < 1e-3 ? found.toExponential(1) : found.toFixed(3));

/** The name of an annotation for people. */
export const readable = (name) => name.replaceAll("_", " ");
