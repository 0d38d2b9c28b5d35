// The first view: proteins, what to do with them, and the button that sends them.

import * as api from "./api.js";
import { inHistory, limitsOf, withBaseMaps } from "./base.js";
import { Choices } from "./choices.js";
import { byId, show } from "/viewer/dom.js";
import { forecast } from "./estimate.js";
import { Own } from "./own.js";
import { keepingText, limitsText } from "./sentences.js";
import { Sources } from "./sources.js";

/** Codes of files that are fine, but too much for this server. */
const TOO_MUCH = ["FILE_TOO_LARGE", "TOO_MANY_SEQUENCES", "SEQUENCE_TOO_LONG", "TOTAL_RESIDUES_EXCEEDED"];

export class Start {
  /** `submitted` is called with the id of a new job, and the name of what was sent. */
  constructor(options, submitted) {
    this.options = options;
    this.submitted = submitted;
    this.choices = new Choices(byId("choices"), withBaseMaps(options), { base_map: options.notes.embedders, ...options.notes }, () => this.chose());
    this.own = new Own(byId("choices"), options.limits);
    byId("limits").textContent = limitsText(options.limits, options.inputs);
    byId("keep").checked = options.retention.keep;
    byId("keep").addEventListener("change", () => this.keeping());
    this.keeping();
    byId("token-row").hidden = !options.token_needed;
    byId("larger-colab").href = options.links.colab;
    byId("form").addEventListener("submit", (event) => this.send(event));
    this.sources = new Sources(options, {
      // How many jobs wait may have changed since the page was opened.
      begun: () => api.options().then((found) => this.renew(found), () => {}),
      changed: () => this.hint(),
      refused: (error) => this.refuse(error),
    });
    this.sources.listen();
    this.hint();
  }

  /** Say why proteins are not taken, or take that back. */
  refuse(error) {
    if (!error) return show(byId("refusal"));
    show(byId("refusal"), error.message);
    byId("larger").open = byId("larger").open || TOO_MUCH.includes(error.code);
  }

  /** The map that the proteins are to join; undefined without one. */
  get base() {
    const [name] = this.choices.isOffered("base_map") ? this.choices.chosen("base_map") : [];
    return this.options.base_maps.find((map) => map.name === name);
  }

  /** Follow a change of choices; a file that was refused may be fine for another map. */
  chose() {
    const limits = limitsOf(this.options, this.base);
    byId("limits").textContent = limitsText(limits, this.options.inputs);
    this.sources.limit(limits);
    this.hint();
  }

  /** Follow a change of proteins or choices. */
  hint() {
    const { found, source } = this.sources ?? {};
    byId("submit").disabled = !found;
    const embedded = source?.field === "embeddings";
    this.choices.offer("base_map", !embedded);
    this.choices.offer("embedders", !embedded && !this.base);
    this.choices.offer("methods", !this.base);
    const embedders = inHistory(this.base?.embedders ?? this.choices.chosen("embedders"), this.base?.name);
    byId("estimate").textContent = found?.sequences ? forecast(this.options, embedders, found.sequences) : "";
  }

  /** Say how long a result is kept, by what is chosen. */
  keeping() {
    byId("keeping").textContent = keepingText(this.options.retention, byId("keep").checked);
  }

  /** The fields of an upload beside its source: what differs from what the server takes by itself. */
  fields() {
    const { checked } = byId("keep");
    const fields = { ...this.choices.fields(), ...this.own.fields() };
    return checked === this.options.retention.keep ? fields : { ...fields, keep: [checked] };
  }

  /** Come back to the form, with what the server says by now. */
  renew(options) {
    this.options = options;
    this.hint();
  }

  async send(event) {
    event.preventDefault();
    const missing = this.choices.missing();
    if (!this.sources.found || missing) return this.refuse(missing && new Error(missing));
    this.refuse(null);
    this.busy(true);
    try {
      const sent = (share) => (byId("sent").value = share);
      const { source } = this.sources;
      const id = await api.submit(source, this.fields(), byId("token").value, sent);
      this.submitted(id, source.name ?? source.value.name);
    } catch (error) {
      this.refuse(error);
    }
    this.busy(false);
  }

  busy(is) {
    byId("upload").hidden = !is;
    byId("submit").disabled = is || !this.sources.found;
  }
}
