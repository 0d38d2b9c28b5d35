// The list of the jobs of this browser. Each is asked for by its own address.

import * as api from "./api.js";
import * as jobs from "./jobs.js";
import { byId, button, el, show } from "/viewer/dom.js";
import { duration, timeOfDay } from "./format.js";

export const AGAIN_MILLISECONDS = 10_000;
const STATES = {
  queued: "waits",
  running: "runs",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  expired: "removed from the server",
};

export class Mine {
  /** Show the list and keep it current, until it is closed. */
  constructor() {
    this.drawn = () => this.draw();
    addEventListener("storage", this.drawn);
    this.timer = setInterval(() => ask(isUnfinished).then(this.drawn), AGAIN_MILLISECONDS);
    this.draw();
    ask(isThere).then(this.drawn);
  }

  draw() {
    const found = jobs.all();
    const text = JSON.stringify(found.map((job) => [job.id, stateText(job)]));
    // What has the focus keeps it as long as nothing has changed.
    if (text === this.text) return;
    this.text = text;
    byId("mine").hidden = found.length === 0;
    show(byId("mine-list"), ...found.map((job) => this.item(job)));
  }

  item(job) {
    const name = isThere(job) ? el("a", { href: `/#${job.id}` }, job.name) : el("span", {}, job.name);
    const remove = button("Remove", () => this.remove(job), { className: "link" });
    remove.setAttribute("aria-label", `Remove ${job.name} from the list`);
    return el("li", {}, name, el("span", { className: "small" }, stateText(job)), remove);
  }

  remove({ id }) {
    jobs.remove(id);
    this.draw();
    if (!byId("mine").hidden) byId("mine-title").focus();
  }

  close() {
    removeEventListener("storage", this.drawn);
    clearInterval(this.timer);
  }
}

/** Ask the server what became of the jobs that somebody waits for, whatever is shown. */
export const askForAwaited = () => ask((job) => job.notify && isUnfinished(job));

const ask = (wanted) => Promise.all(jobs.all().filter(wanted).map(({ id }) => current(id)));
const isUnfinished = ({ state }) => jobs.UNFINISHED.includes(state);
const isThere = ({ state, expires }) => state !== "expired" && !(expires && expires < Date.now() / 1000);

async function current(id) {
  try {
    const { status, expires = null } = await api.status(id);
    jobs.note(id, { state: status, expires });
  } catch (error) {
    // Whatever else the server says, or that it does not answer, may pass.
    if (error.code === "NOT_FOUND") jobs.note(id, { state: "expired", expires: null });
  }
}

function stateText(job) {
  const started = `uploaded at ${timeOfDay(job.submitted)}`;
  if (!isThere(job)) return `${started}, ${STATES.expired}`;
  const left = job.expires && job.state === "done" ? `, kept until ${timeOfDay(job.expires)} (${duration(job.expires - Date.now() / 1000)})` : "";
  return `${started}, ${STATES[job.state] ?? job.state}${left}`;
}
