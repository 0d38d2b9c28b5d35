// The first view: a file, what to do with it, and the button that sends it.

import * as api from "./api.js";
import { Choices } from "./choices.js";
import { byId, el, show } from "./dom.js";
import { forecast } from "./estimate.js";
import { check } from "./fasta.js";
import { count, size } from "./format.js";
import { Unreadable } from "./lines.js";
import { foundText, keepingText, limitsText } from "./sentences.js";

/** Codes of files that are fine, but too much for this server. */
const TOO_MUCH = ["FILE_TOO_LARGE", "TOO_MANY_SEQUENCES", "SEQUENCE_TOO_LONG", "TOTAL_RESIDUES_EXCEEDED"];

export class Start {
  /** `submitted` is called with the id of a new job. */
  constructor(options, submitted) {
    this.options = options;
    this.submitted = submitted;
    this.file = null;
    this.found = null;
    this.choices = new Choices(byId("choices"), options, () => this.hint());
    byId("limits").textContent = limitsText(options.limits);
    byId("keeping").textContent = keepingText(options.retention);
    byId("token-row").hidden = !options.token_needed;
    byId("larger-colab").href = options.links.colab;
    byId("form").addEventListener("submit", (event) => this.send(event));
    this.listen();
    this.hint();
  }

  /** Come back to the form, with what the server says by now. */
  renew(options) {
    this.options = options;
    this.hint();
  }

  listen() {
    const file = byId("file");
    const chosen = () => file.files[0] && this.take(file.files[0]);
    file.addEventListener("change", chosen);
    const drop = byId("drop");
    const over = (is) => (event) => {
      event.preventDefault();
      drop.classList.toggle("over", is);
    };
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      this.dropped([...event.dataTransfer.files]);
    });
    // A file that misses the zone must not replace the page.
    for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
    byId("paste").addEventListener("click", () => this.togglePaste());
    byId("take-text").addEventListener("click", () => this.takeText());
    byId("example").addEventListener("click", () => this.takeExample());
    // A file that was chosen before this listener was added has raised no event.
    chosen();
  }

  dropped(files) {
    if (files.length > 1) this.refuse(new Error("Drop one file at a time. Join several into one first."));
    else if (files.length) this.take(files[0]);
  }

  togglePaste() {
    const box = byId("paste-box");
    box.hidden = !box.hidden;
    byId("paste").setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) byId("text").focus();
  }

  takeText() {
    return this.take(new File([byId("text").value], "pasted.fasta"));
  }

  async takeExample() {
    try {
      await this.take(await api.example());
    } catch (error) {
      this.refuse(error);
    }
  }

  /** Read a file while counting; only what passes the check can be sent. */
  async take(file) {
    this.file = file;
    this.found = null;
    this.refuse(null);
    this.hint();
    const mine = () => this.file === file;
    // How many jobs wait may have changed since the page was opened.
    api.options().then((options) => this.renew(options), () => {});
    const told = el("span");
    show(byId("source"), el("strong", {}, file.name), ` (${size(file.size)}) `, told);
    try {
      const found = await this.read(file, (n) => mine() && (told.textContent = `${count(n, "sequence")} so far`));
      if (!mine()) return;
      this.found = found;
      told.textContent = foundText(found);
    } catch (error) {
      if (!mine()) return;
      this.file = null;
      show(byId("source"));
      this.refuse(error);
    }
    this.hint();
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

  /** Say why a file is not taken, or take that back. */
  refuse(error) {
    if (!error) return show(byId("refusal"));
    show(byId("refusal"), error.message);
    byId("larger").open = byId("larger").open || TOO_MUCH.includes(error.code);
  }

  hint() {
    byId("submit").disabled = !this.found;
    const known = this.found?.sequences;
    const embedders = this.choices.chosen("embedders");
    byId("estimate").textContent = known ? forecast(this.options, embedders, known) : "";
  }

  async send(event) {
    event.preventDefault();
    const missing = this.choices.missing();
    if (!this.found || missing) return this.refuse(missing && new Error(missing));
    this.refuse(null);
    this.busy(true);
    try {
      const sent = (share) => (byId("sent").value = share);
      const id = await api.submit(this.file, this.choices.fields(), byId("token").value, sent);
      this.submitted(id);
    } catch (error) {
      this.refuse(error);
    }
    this.busy(false);
  }

  busy(is) {
    byId("upload").hidden = !is;
    byId("submit").disabled = is || !this.found;
  }
}
