// How long a job likely takes, by what jobs took on this server before.

import { count } from "/viewer/format.js";
import { duration } from "./format.js";

/** Seconds that a job likely takes, or null where an embedder has not run here yet. */
export function likelySeconds(history, embedders, sequences) {
  const known = embedders.map((name) => history[name]);
  if (!known.length || known.some((figures) => !figures)) return null;
  const other = Math.max(...known.map((figures) => figures.other_seconds));
  return other + sequences * known.reduce((sum, figures) => sum + figures.seconds_per_sequence, 0);
}

/** The sentence beside the button, before anything is sent. */
export function forecast({ history, jobs, run_seconds: most }, embedders, sequences) {
  const seconds = likelySeconds(history, embedders, sequences);
  const waits = jobs.running < jobs.at_once ? null : `${count(jobs.queued + 1, "job")} before yours.`;
  const parts = [];
  if (seconds === null) {
    parts.push(`No job like this has run here yet, so there is no estimate. At most ${duration(most)}.`);
  } else {
    const runs = Math.min(...embedders.map((name) => history[name].runs));
    parts.push(`Likely about ${duration(Math.min(seconds, most))}, by ${count(runs, "earlier job")} here.`);
  }
  return [...parts, waits].filter(Boolean).join(" ");
}

/** What is left of a job that runs; it never rises. */
export class Remaining {
  constructor(likely) {
    this.likely = likely;
    this.least = Infinity;
  }

  sentence(elapsed) {
    if (this.likely === null) return "No estimate: this server has no history of such jobs yet.";
    this.least = Math.min(this.least, this.likely - elapsed);
    if (this.least <= 0) return "It takes longer than such jobs usually did here.";
    return `About ${duration(this.least)} left, by earlier jobs here.`;
  }
}
