// The stages of a job in words, and as items of a list.

import { el } from "/viewer/dom.js";
import { number } from "/viewer/format.js";
import { clock } from "./format.js";

const STATES = { done: "done", now: "running", later: "to come" };

export function nowText(running) {
  if (!running.length) return "Starting";
  return running.map((stage) => [stage.label, ofWhole(stage)].filter(Boolean).join(" ")).join(", ");
}

const ofWhole = ({ done, total }) => (total ? `${number(done)} of ${number(total)}` : "");

/** The time of a stage that runs, or ran. */
export const took = ({ since, until }, elapsed) => (since === null ? "" : clock((until ?? elapsed) - since));

export function stageItem(stage) {
  const bar = stage.state === "now" && stage.total ? el("progress", { max: stage.total, value: stage.done }) : null;
  bar?.setAttribute("aria-label", stage.label);
  const item = el(
    "li",
    {},
    el("span", { className: "mark", "aria-hidden": "true" }),
    el("span", { className: "name" }, stage.label, el("span", { className: "unseen" }, `: ${STATES[stage.state]}`)),
    el("span", { className: "of" }, ofWhole(stage)),
    el("span", { className: "took" }),
    bar,
  );
  item.dataset.state = stage.state;
  return item;
}

export function missingItem(source) {
  const item = el("li", {}, el("span", { className: "mark" }), `${source} does not answer; its columns stay empty.`);
  item.dataset.state = "missing";
  return item;
}
