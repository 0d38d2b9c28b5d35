// A dialog that takes identifiers and selects their proteins.

import { button, el } from "./dom.js";
import { count } from "./format.js";
import { pasted } from "./selection.js";

const NAMED = 5;

export function paste(viewer) {
  const text = el("textarea", { id: "pasted", rows: 8, spellcheck: false, placeholder: "One in a line, or separated by commas or blanks" });
  const told = el("p", { className: "small", role: "status" });
  const dialog = el("dialog", { className: "card", "aria-label": "Select by identifiers" });
  const take = () => {
    const { indices, unknown } = pasted(viewer.proteins, text.value);
    if (indices.length) viewer.picker.pick(indices);
    if (!unknown.length && indices.length) return dialog.close();
    told.textContent = sentence(indices.length, unknown);
  };
  const buttons = el("p", { className: "row" }, button("Select", take, { className: "button strong" }), button("Close", () => dialog.close()));
  dialog.append(el("label", { for: "pasted" }, "Identifiers of proteins"), text, told, buttons);
  dialog.addEventListener("close", () => dialog.remove());
  viewer.root.append(dialog);
  dialog.showModal();
}

function sentence(found, unknown) {
  if (!unknown.length) return "Paste at least one identifier.";
  const some = unknown.slice(0, NAMED).join(", ") + (unknown.length > NAMED ? " …" : "");
  return `${count(found, "protein")} selected; not on this map: ${count(unknown.length, "identifier")} (${some}).`;
}
