// The order of the values of an annotation, and what the styles of a bundle say of them.

/** How many values without a colour of their own have one at a time, and how many values at most. */
export const PAGE = 8;
const MOST = 24;

const collator = new Intl.Collator("en", { numeric: true });
const ORDERS = {
  styled: ({ labels, style }) => [...new Set([...style.order, ...labels.keys()])],
  frequency: ({ labels }) => [...labels.keys()],
  name: ({ labels }) => [...labels.keys()].sort((a, b) => collator.compare(labels[a], labels[b])),
};

/** The orders that an annotation can be shown in, the usual first. */
export function ordersOf(annotation) {
  if (!annotation?.labels) return [];
  return Object.keys(ORDERS).filter((order) => order !== "styled" || annotation.style?.order.length);
}

/** How an annotation is shown at first: the order, the page, and the hidden codes. */
export function startOf(annotation) {
  return { order: ordersOf(annotation)[0] ?? null, page: 0, hidden: new Set(annotation?.style?.hidden) };
}

/** Codes of labels in an order; without the first `old` proteins, those that the others have. */
export function arranged(annotation, order, old = 0) {
  annotation.arranged ??= {};
  return (annotation.arranged[`${order} ${old}`] ??= ofNew(annotation, order, old));
}

function ofNew({ codes, ...annotation }, order, old) {
  const found = ORDERS[order](annotation);
  if (!old) return found;
  const counts = new Uint32Array(annotation.labels.length);
  for (const code of codes.subarray(old)) if (code >= 0) counts[code] += 1;
  const there = found.filter((code) => counts[code]);
  return order === "frequency" ? there.sort((a, b) => counts[b] - counts[a]) : there;
}

/** Codes in the same order, in pages of values that have colours at a time. */
export function pagesOf(codes, own) {
  const pages = [[]];
  let free = 0;
  for (const code of codes) {
    if (pages.at(-1).length === MOST || (!own.has(code) && free === PAGE)) {
      pages.push([]);
      free = 0;
    }
    pages.at(-1).push(code);
    if (!own.has(code)) free += 1;
  }
  return pages;
}
