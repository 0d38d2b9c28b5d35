// The view of a finished job: its map, the bundle, and until when they are there.

import * as api from "./api.js";
import * as jobs from "./jobs.js";
import { labelled } from "./choices.js";
import { byId, el, show } from "/viewer/dom.js";
import { count } from "/viewer/format.js";
import { fromPreview } from "/viewer/proteins.js";
import { Viewer } from "/viewer/viewer.js";
import { duration, timeOfDay } from "./format.js";
import { made, warned } from "./made.js";

/** When to ask for the expiry after a download has begun, in milliseconds. */
const AFTER_DOWNLOAD = [1600, 4000, 10_000, 30_000];

const GONE = "The server has removed it by now. To have it again, make the map again.";

export class Result {
  constructor(status, options) {
    Object.assign(this, { status, options, timers: [] });
    const name = status.file_name || "Your proteins";
    byId("result-title").textContent = name;
    byId("result-what").textContent = this.what();
    document.title = `${name} – Protein space`;
    byId("download").href = api.bundlePath(status.job_id);
    byId("download").onclick = () => this.downloaded();
    byId("download-table").href = api.tablePath(status.job_id);
    byId("download-html").href = api.htmlPath(status.job_id);
    byId("bundle-name").textContent = status.bundle_name ?? "";
    byId("protspace").href = options.links.protspace;
    show(byId("warnings"));
    byId("map").replaceChildren(el("p", { className: "small", role: "status" }, "Fetching the map …"));
    this.timers.push(setInterval(() => this.expiry(), 15_000));
    this.expiry();
    this.load();
  }

  what() {
    const { sequences, elapsed, embedders = [], base_map: name } = this.status;
    const map = this.options.base_maps.find((found) => found.name === name);
    return [
      sequences ? count(sequences, "protein") : null,
      map ? `among ${count(map.proteins, "protein")} of ${name}` : name,
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
      const title = (this.status.file_name ?? "proteins").replace(/\.[^.]*$/, "");
      this.viewer = new Viewer(byId("map"), fromPreview({ ...preview, title }), this.address());
      for (const plot of this.viewer.plots) plot.draw();
      performance.measure("points", { start });
    } catch (error) {
      byId("map").replaceChildren(el("p", { className: "note bad", role: "alert" }, error.message));
      if (!error.code) throw error;
    }
  }

  /** The state of the map stands in the address behind the job. */
  address() {
    const id = this.status.job_id;
    const write = (text) => history.replaceState(null, "", `#${id}?${text}`);
    return { read: () => location.hash.split("?")[1] ?? "", write };
  }

  expiry() {
    const { expires, status } = this.status;
    if (!expires) return;
    const left = expires - Date.now() / 1000;
    const gone = left <= 0 || status === "expired";
    byId("expiry").textContent = gone ? GONE : untilText(expires, left, this.sooner(left));
  }

  /** Seconds that are left after a download; null where it changes nothing, or has happened. */
  sooner(left) {
    const { keep, after_download_seconds: after } = { ...this.options.retention, ...this.status };
    return keep || left <= after ? null : after;
  }

  /** The link may expire sooner once the bundle has been taken; the server knows when. */
  downloaded() {
    for (const wait of AFTER_DOWNLOAD) this.timers.push(setTimeout(() => this.refresh(), wait));
  }

  async refresh() {
    const found = await api.status(this.status.job_id).catch(() => null);
    if (found) this.status = { ...this.status, ...found };
    if (found) jobs.note(found.job_id, { state: found.status, expires: found.expires ?? null });
    this.expiry();
  }

  close() {
    this.viewer?.close();
    for (const timer of this.timers) clearTimeout(timer);
  }
}

function untilText(expires, left, sooner) {
  const until = `The links work until ${timeOfDay(expires)}, ${duration(left)} from now`;
  const download = sooner === null ? "." : `, or for ${duration(sooner)} after a download of the bundle.`;
  return `${until}${download} Then the server removes all of it.`;
}
