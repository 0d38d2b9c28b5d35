// The view of a finished job: its map, the bundle, and until when they are there.

import * as api from "./api.js";
import { labelled } from "./choices.js";
import { byId, el, show } from "./dom.js";
import { count, duration, timeOfDay } from "./format.js";
import { made, warned } from "./made.js";
import { ProteinMap } from "./map.js";

/** When to ask for the expiry after a download has begun, in milliseconds. */
const AFTER_DOWNLOAD = [1600, 4000, 10_000, 30_000];

export class Result {
  constructor(status, options) {
    Object.assign(this, { status, options, timers: [] });
    const name = status.file_name || "Your proteins";
    byId("result-title").textContent = name;
    byId("result-what").textContent = this.what();
    document.title = `${name} – Protein space`;
    byId("download").href = api.bundlePath(status.job_id);
    byId("download").onclick = () => this.downloaded();
    byId("bundle-name").textContent = status.bundle_name ?? "";
    byId("protspace").href = options.links.protspace;
    show(byId("warnings"));
    byId("map").replaceChildren(el("p", { className: "small", role: "status" }, "Fetching the map …"));
    this.timers.push(setInterval(() => this.expiry(), 15_000));
    this.expiry();
    this.load();
  }

  what() {
    const { sequences, elapsed, embedders = [] } = this.status;
    return [
      sequences ? count(sequences, "protein") : null,
      labelled(this.options.choices.embedders, embedders).join(", "),
      elapsed ? `made in ${duration(elapsed)}` : null,
    ].filter(Boolean).join(" · ");
  }

  async load() {
    try {
      const preview = await api.preview(this.status.job_id);
      show(byId("warnings"), ...warned(preview.provenance.warnings));
      byId("provenance").querySelector("div").replaceChildren(...made(preview.provenance));
      const start = performance.now();
      this.map = new ProteinMap(byId("map"), preview);
      this.map.plot.draw();
      performance.measure("points", { start });
    } catch (error) {
      byId("map").replaceChildren(el("p", { className: "note bad", role: "alert" }, error.message));
      if (!error.code) throw error;
    }
  }

  expiry() {
    const { expires, status } = this.status;
    if (!expires) return;
    const left = expires - Date.now() / 1000;
    const gone = left <= 0 || status === "expired";
    byId("expiry").textContent = gone
      ? "The server has removed it by now. To have it again, make the map again."
      : `The link works until ${timeOfDay(expires)}, ${duration(left)} from now. Then the server removes all of it.`;
  }

  /** The link may expire sooner once the bundle has been taken; the server knows when. */
  downloaded() {
    for (const wait of AFTER_DOWNLOAD) this.timers.push(setTimeout(() => this.refresh(), wait));
  }

  async refresh() {
    const found = await api.status(this.status.job_id).catch(() => null);
    if (found) this.status = { ...this.status, ...found };
    this.expiry();
  }

  close() {
    for (const timer of this.timers) clearTimeout(timer);
  }
}
