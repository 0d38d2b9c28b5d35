// Numbers as people read them.

const numbers = new Intl.NumberFormat("en-US");

export const number = (value) => numbers.format(value);

/** `1 sequence`, `1,234 sequences`. */
export const count = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;

/** A number of an annotation, short. */
export function value(found) {
  if (Number.isInteger(found)) return number(found);
  return String(Number(found.toPrecision(4)));
}

/** A p-value, short. */
export const pValue = (found) => (found < 1e-300 ? "< 1e-300" : found < 1e-3 ? found.toExponential(1) : found.toFixed(3));

/** The name of an annotation for people. */
export const readable = (name) => name.replaceAll("_", " ");
