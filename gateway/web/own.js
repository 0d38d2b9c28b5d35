// The user's own files beside the proteins: a table of annotations, and colours. The server checks them.

import { button, el, show } from "/viewer/dom.js";
import { number } from "/viewer/format.js";
import { size } from "./format.js";

const KINDS = [
  {
    name: "table", title: "Table of annotations", thing: "table", most: "max_table_bytes", accept: ".csv,.tsv,.txt",
    help: ({ max_table_bytes: bytes, max_table_rows: rows, max_table_columns: columns }) =>
      "To colour by what you know: CSV or TSV with a header; the first column has the identifiers of the proteins. " +
      `Up to ${size(bytes)}, ${number(rows)} rows and ${number(columns)} columns.`,
  },
  {
    name: "styles", title: "Colours of values", thing: "colours", most: "max_styles_bytes", accept: ".json",
    help: ({ max_styles_bytes: bytes }) =>
      `The JSON file of “protspace style”, of up to ${size(bytes)}: {"family": {"colors": {"kinase": "#D55E00"}}}. ` +
      "It may also have shapes and the order of values.",
  },
];

/** A part of `root` with a field for each such file that the server takes. */
export class Own {
  constructor(root, limits) {
    this.files = KINDS.filter(({ most }) => limits[most] > 0).map((kind) => new OwnFile(kind, limits, () => this.tell()));
    this.told = el("span", { className: "chosen" });
    const summary = el("summary", {}, el("span", { className: "what" }, "Your own"), this.told);
    const legend = el("legend", { className: "unseen" }, "Your own files");
    const cards = el("div", { className: "cards" }, ...this.files.map((file) => file.card));
    if (this.files.length) root.append(el("details", {}, summary, el("fieldset", {}, legend, cards)));
    this.tell();
  }

  tell() {
    const names = this.files.map(({ file }) => file?.name).filter(Boolean);
    const none = this.files.map(({ kind }) => `no ${kind.thing}`);
    this.told.textContent = (names.length ? names : none).join(", ");
  }

  /** The fields of an upload. */
  fields() {
    return Object.fromEntries(this.files.filter(({ file }) => file).map(({ kind, file }) => [kind.name, file]));
  }
}

/** One field; `changed` is called when its `file` is another one. */
class OwnFile {
  constructor(kind, limits, changed) {
    Object.assign(this, { kind, most: limits[kind.most], changed });
    const id = `own-${kind.name}`;
    this.input = el("input", { type: "file", id, accept: kind.accept, onchange: () => this.take() });
    this.input.setAttribute("aria-describedby", `${id}-help`);
    this.out = button(`Take the ${kind.thing} out`, () => this.takeOut(), { className: "link", hidden: true });
    this.refusal = el("p", { className: "note bad", role: "alert", hidden: true });
    const help = el("span", { className: "help", id: `${id}-help` }, kind.help(limits));
    this.card = el("div", { className: "own" }, el("label", { for: id }, kind.title), this.input, this.out, this.refusal, help);
  }

  get file() {
    return this.input.files[0];
  }

  /** Keep the chosen file, unless it is too large. */
  take() {
    show(this.refusal);
    if (this.file?.size > this.most) {
      show(this.refusal, `${this.file.name} is larger than ${size(this.most)}, the limit of this server.`);
      this.input.value = "";
    }
    this.out.hidden = !this.file;
    this.changed();
  }

  takeOut() {
    this.input.value = "";
    this.take();
    this.input.focus();
  }
}
