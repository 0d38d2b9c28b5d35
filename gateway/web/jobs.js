// The jobs of this browser, in its own storage: no server has a list of them.

import { notify } from "./notify.js";

const KEY = "jobs";
const MOST = 30;
/** By then nothing of a job is left on any server. */
const OLDEST_SECONDS = 86_400;
export const UNFINISHED = ["queued", "running"];

/** What is listed where the browser stores nothing; gone with the page. */
let memory = [];

/** Jobs {id, name, submitted, state, expires, notify}, the newest first; times are seconds since 1970. */
export function all() {
  const oldest = Date.now() / 1000 - OLDEST_SECONDS;
  return stored().filter((job) => isJob(job) && job.submitted > oldest).slice(0, MOST);
}

/** Take jobs that are too old out of the storage. */
export function tidy() {
  if (all().length < stored().length) store(all());
}

/** List a job, if it is not there yet. */
export function add(id, name) {
  const others = all();
  if (others.some((job) => job.id === id)) return;
  store([{ id, name, submitted: Date.now() / 1000, state: "queued", expires: null, notify: false }, ...others]);
}

export function remove(id) {
  store(all().filter((job) => job.id !== id));
}

/** Note what has become of a job, where it is listed, and tell who has asked for it. */
export function note(id, known) {
  const before = all().find((job) => job.id === id);
  if (!before) return;
  const now = { ...before, ...known };
  const isOver = UNFINISHED.includes(before.state) && !UNFINISHED.includes(now.state);
  store(all().map((job) => (job.id === id ? { ...now, notify: now.notify && !isOver } : job)));
  if (isOver && now.notify) notify(now);
}

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return Array.isArray(found) ? found : memory;
  } catch {
    // The browser has no storage for this page, or something else has written there.
    return memory;
  }
}

function store(jobs) {
  memory = jobs;
  try {
    localStorage.setItem(KEY, JSON.stringify(jobs));
  } catch {
    // They stay in memory.
  }
}

/** Whether an entry is one of ours: another version, or a person, may have written it. */
function isJob(job) {
  return /^[0-9a-f]{32}$/.test(job?.id) && typeof job.name === "string" && Number.isFinite(job.submitted);
}
