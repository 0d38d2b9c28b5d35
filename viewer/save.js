// Files and texts of a selection, for other programs.

/** Offer a text or a Blob as a file. */
export function download(name, content, type = "text/plain") {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Put a text into the clipboard; resolves with whether the browser let us. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A table of proteins: identifier, all annotations, all coordinates; missing cells are empty. */
export function tsv(proteins, indices) {
  const { annotations, projections } = proteins;
  const head = ["protein_id", ...annotations.map(({ name }) => name), ...projections.flatMap(({ name }) => [`${name} x`, `${name} y`])];
  const rows = Array.from(indices, (index) => [
    proteins.identifiers[index],
    ...annotations.map((annotation) => cell(proteins, annotation, index)),
    ...projections.flatMap(({ x, y }) => [x[index], y[index]].map(String)),
  ]);
  return [head, ...rows].map((row) => row.map(quoted).join("\t") + "\n").join("");
}

function cell(proteins, annotation, index) {
  if (!proteins.has(annotation, index)) return "";
  return annotation.numbers ? String(annotation.numbers[index]) : proteins.text(annotation, index);
}

/** A cell as step export writes it: nothing is changed, and a tab, a line end or a quote puts it in quotes. */
const quoted = (text) => (/[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Proteins in FASTA format, 60 residues a line. */
export function fasta(proteins, indices) {
  const record = (index) => `>${proteins.identifiers[index]}\n${proteins.sequences[index].replace(/.{1,60}/g, "$&\n")}`;
  return Array.from(indices, record).join("");
}
