// Which view the address asks for: `/` the form, `/#<job>` a job in whatever state it is; what its map shows
// may follow behind a question mark.

import * as api from "./api.js";
import * as jobs from "./jobs.js";
import { AGAIN_MILLISECONDS, Mine, askForAwaited } from "./mine.js";
import { turnTo } from "./turn.js";
import { problem } from "./problem.js";
import { Progress } from "./progress.js";
import { Result } from "./result.js";
import { Start } from "./start.js";

const TITLE = document.title;
let options = null;
let form = null;
let view = null;

const jobOf = () => location.hash.slice(1).split("?")[0];

async function route() {
  const id = jobOf();
  leave();
  try {
    options = await api.options();
    if (id) return await showJob(id);
    start();
  } catch (error) {
    fail(error);
  }
}

function leave() {
  view?.close?.();
  view = null;
}

function start() {
  document.title = TITLE;
  turnTo("start");
  form ??= new Start(options, (id, name) => {
    jobs.add(id, name);
    location.hash = id;
  });
  form.renew(options);
  leave();
  view = new Mine();
}

async function showJob(id) {
  const status = await api.status(id);
  if (jobOf() !== id) return;
  const last = status.last_event?.data;
  jobs.note(id, { state: status.status, expires: status.expires ?? null });
  if (status.status === "done") return done(status);
  if (status.status === "expired") return gone();
  if (last && (status.status === "failed" || status.status === "cancelled")) return ended(last);
  view = new Progress(status, options, { ended: (name, data) => over(id, name, data), gone: (error) => gone(error) });
  turnTo("progress");
}

async function over(id, name, data) {
  leave();
  if (name === "error") {
    jobs.note(id, { state: data.code === "CANCELLED" ? "cancelled" : "failed" });
    return ended(data);
  }
  try {
    const status = await api.status(id);
    jobs.note(id, { state: status.status, expires: status.expires ?? null });
    done(status);
  } catch (error) {
    fail(error);
  }
}

function done(status) {
  view = new Result(status, options);
  turnTo("result");
}

function ended({ message, code, colab_url: colab, job_id: job }) {
  problem({ message, code, colab, job });
  turnTo("problem");
}

function gone(error = { message: "It was downloaded, or as old as it may get.", code: "EXPIRED" }) {
  leave();
  fail(error);
}

function fail({ message, code }) {
  problem({ message, code });
  turnTo("problem");
}

/** A link to where the page is already asks for the same again. */
function same(event) {
  const link = event.target.closest?.("a");
  const bare = (address) => address.replace(/#$/, "");
  if (link && bare(link.href) === bare(location.href)) route();
}

jobs.tidy();
addEventListener("hashchange", route);
addEventListener("click", same);
setInterval(() => view instanceof Mine || askForAwaited(), AGAIN_MILLISECONDS);
route();
