// The view of a job that waits or runs.

import * as api from "./api.js";
import { inHistory } from "./base.js";
import { offer } from "./bell.js";
import { labelled } from "./choices.js";
import { announce, byId, show } from "/viewer/dom.js";
import { Remaining, likelySeconds } from "./estimate.js";
import { count, number } from "/viewer/format.js";
import { clock, duration } from "./format.js";
import { after, unknown } from "./job.js";
import { missingItem, nowText, stageItem, took } from "./stages.js";
import { Stream } from "./stream.js";

const LOST =
  "The connection to the server is lost. The job goes on there, and this page connects again by " +
  "itself as soon as it can.";

export class Progress {
  /** `ended(name, data)` is called with the last event, `gone()` where the job is no more. */
  constructor(status, options, { ended, gone }) {
    Object.assign(this, { status, options, ended, gone });
    this.job = unknown(options.stages);
    this.loaded = performance.now();
    const embedders = inHistory(status.embedders ?? [], status.base_map);
    this.likely = status.sequences && likelySeconds(options.history, embedders, status.sequences);
    this.remaining = new Remaining(this.likely || null);
    this.elapsed = 0;
    this.head();
    this.stream = new Stream(status.job_id, {
      told: (name, data) => this.told(name, data),
      lost: () => show(byId("connection"), LOST),
      back: () => show(byId("connection")),
      refused: () => this.refused(),
    });
    this.ticking = setInterval(() => this.tick(), 500);
    byId("cancel").onclick = () => this.cancel();
    this.draw();
  }

  head() {
    const { file_name: name, sequences, embedders = [], methods = [], base_map: map } = this.status;
    const { choices } = this.options;
    byId("progress-title").textContent = name || "Your job";
    byId("progress-what").textContent = [
      sequences ? count(sequences, "sequence") : null,
      map ? `onto ${map}` : null,
      labelled(choices.embedders, embedders).join(", "),
      labelled(choices.methods, methods).join(", "),
    ].filter(Boolean).join(" · ");
    show(byId("address"), location.href);
    byId("address").href = location.href;
    byId("cancel").disabled = false;
    offer(this.status);
  }

  told(name, data) {
    if (name === "done" || name === "error") return this.ended(name, data);
    this.job = after(this.job, name, data);
    this.received = { elapsed: this.job.elapsed, at: performance.now() };
    this.draw();
  }

  /** Seconds since the start of the job, by whatever says most; they never go back. */
  seconds() {
    const now = performance.now();
    const loaded = this.status.elapsed === undefined ? 0 : this.status.elapsed + (now - this.loaded) / 1000;
    const { elapsed, at } = this.received ?? { elapsed: 0, at: now };
    const told = this.job.position === 0 ? elapsed + (now - at) / 1000 : 0;
    this.elapsed = Math.max(this.elapsed, loaded, told);
    return this.elapsed;
  }

  draw() {
    const { position, stages, missing } = this.job;
    const running = stages.filter((stage) => stage.state === "now");
    const waits = position === null ? "Connecting" : `Position ${number(position)} in the queue`;
    const text = position === 0 ? nowText(running) : waits;
    byId("now").textContent = text;
    document.title = `${text} – Protein space`;
    announce(position === 0 ? running.map((stage) => stage.label).join(", ") || "Started" : text);
    show(byId("stages"), ...stages.map(stageItem), ...missing.map(missingItem));
    this.tick();
  }

  tick() {
    byId("when").textContent = this.job.position === 0 ? this.running() : this.waiting();
    for (const [place, item] of [...byId("stages").querySelectorAll(".took")].entries()) {
      item.textContent = took(this.job.stages[place], this.elapsed);
    }
  }

  running() {
    const seconds = this.seconds();
    return `${clock(seconds)} since the start. ${this.remaining.sentence(seconds)}`;
  }

  waiting() {
    if (!this.job.position || !this.likely) return "";
    const turns = Math.ceil(this.job.position / this.options.jobs.at_once);
    return `Likely starts within ${duration(turns * this.likely)}, by earlier jobs here.`;
  }

  async cancel() {
    byId("cancel").disabled = true;
    try {
      await api.cancel(this.status.job_id);
    } catch (error) {
      show(byId("connection"), error.message);
      byId("cancel").disabled = false;
    }
  }

  /** Whether the job is gone, so that there is nothing to connect to. */
  async refused() {
    try {
      const { status } = await api.status(this.status.job_id);
      if (status === "expired") this.gone();
      return status === "expired";
    } catch (error) {
      if (error.status >= 400 && error.status < 500) this.gone(error);
      return error.status >= 400 && error.status < 500;
    }
  }

  close() {
    clearInterval(this.ticking);
    this.stream.close();
    show(byId("connection"));
  }
}
