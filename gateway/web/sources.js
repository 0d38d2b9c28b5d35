// Where proteins come from: a file, sequences or accessions that are pasted, a query, the example.

import * as api from "./api.js";
import { byId, el, show } from "/viewer/dom.js";
import { embeddingsIn } from "./embeddings.js";
import { check } from "./fasta.js";
import { size } from "./format.js";
import { count } from "/viewer/format.js";
import { Unreadable } from "./lines.js";
import { foundText } from "./sentences.js";
import { accessionsIn, queryIn } from "./uniprot.js";

/**
 * What is to be sent: `source` (field, value), and what was `found` in it, null until it is known to be fine.
 * `begun` is called before a file is read, `changed` after each change, `refused` with an error, or with null where
 * there is none.
 */
export class Sources {
  constructor(options, { begun, changed, refused }) {
    Object.assign(this, { options, begun, changed, refused, source: null, found: null, file: null });
    this.takes = (name) => options.inputs.includes(name);
    byId("search").hidden = !this.takes("query");
    if (this.takes("accessions")) byId("text-label").textContent = "Sequences in FASTA format, or UniProt accessions";
  }

  listen() {
    const file = byId("file");
    const chosen = () => file.files[0] && this.take(file.files[0]);
    file.addEventListener("change", chosen);
    this.listenToDrops(byId("drop"));
    byId("paste").addEventListener("click", () => toggle("paste", "paste-box", "text"));
    byId("search").addEventListener("click", () => toggle("search", "search-box", "query"));
    const search = () => this.takeNamed(queryIn(byId("query").value));
    byId("take-query").addEventListener("click", search);
    byId("query").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      search();
    });
    byId("take-text").addEventListener("click", () => this.takeText());
    byId("example").addEventListener("click", () => this.takeExample());
    // A file that was chosen before this listener was added has raised no event.
    chosen();
  }

  listenToDrops(zone) {
    const over = (is) => (event) => {
      event.preventDefault();
      zone.classList.toggle("over", is);
    };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => {
      over(false)(event);
      this.dropped([...event.dataTransfer.files]);
    });
    // A file that misses the zone must not replace the page.
    for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  }

  dropped(files) {
    if (files.length > 1) this.refused(new Error("Drop one file at a time. Join several into one first."));
    else if (files.length) this.take(files[0]);
  }

  takeText() {
    const text = byId("text").value;
    const named = this.takes("accessions") ? accessionsIn(text) : null;
    return named ? this.takeNamed(named) : this.take(new File([text], "pasted.fasta"));
  }

  async takeExample() {
    try {
      await this.take(await api.example());
    } catch (error) {
      this.refused(error);
    }
  }

  /** Check by other limits; a file that was looked into is looked into again. */
  limit(limits) {
    if (limits.min_sequences === this.options.limits.min_sequences) return;
    this.options = { ...this.options, limits };
    if (this.file) this.take(this.file);
  }

  /** Take proteins that the server looks up or reads; it checks them before it takes the job. */
  takeNamed(source) {
    this.refused(null);
    this.file = null;
    this.source = source.value ? source : null;
    this.found = this.source && { sequences: source.sequences };
    show(byId("source"), ...(this.source ? [el("strong", {}, source.name), ` ${source.told}`] : []));
    this.changed();
  }

  /** Read a file while counting; only what passes the check can be sent. */
  async take(file) {
    const given = embeddingsIn(file, this.options);
    if (given) return given.error ? this.drop(given.error) : this.takeNamed(given);
    const source = { field: "file", value: file };
    Object.assign(this, { source, found: null, file });
    this.refused(null);
    this.changed();
    this.begun();
    const mine = () => this.source === source;
    const told = el("span");
    show(byId("source"), el("strong", {}, file.name), ` (${size(file.size)}) `, told);
    try {
      const found = await this.read(file, (n) => mine() && (told.textContent = `${count(n, "sequence")} so far`));
      if (!mine()) return;
      this.found = found;
      told.textContent = foundText(found);
    } catch (error) {
      if (mine()) this.drop(error);
    }
    this.changed();
  }

  /** Take nothing, and say why. */
  drop(error) {
    Object.assign(this, { source: null, found: null });
    show(byId("source"));
    this.refused(error);
    this.changed();
  }

  async read(file, counted) {
    let last = 0;
    const seldom = (n) => performance.now() - last > 100 && ((last = performance.now()), counted(n));
    try {
      return await check(file, this.options, seldom);
    } catch (error) {
      // Some kinds of gzip are beyond a browser; the server reads them.
      if (error instanceof Unreadable) return { sequences: null };
      throw error;
    }
  }
}

function toggle(button, box, field) {
  byId(box).hidden = !byId(box).hidden;
  byId(button).setAttribute("aria-expanded", String(!byId(box).hidden));
  if (!byId(box).hidden) byId(field).focus();
}
