// What is known of a job, made of its events alone: whoever has read them all shows the same.

const NOTHING = { done: null, total: null, since: null, until: null };

/** A job of which nothing is known yet; `stages` are those of the server's options. */
export function unknown(stages) {
  return {
    position: null,
    elapsed: 0,
    missing: [],
    stages: stages.map((stage) => ({ ...stage, state: "later", ...NOTHING })),
  };
}

/** The job after one more event. Nothing in it goes back, whatever the event says. */
export function after(job, name, data) {
  if (name === "queued") return { ...job, position: least(job.position, data.queue_position) };
  if (name !== "progress") return job;
  const elapsed = Math.max(job.elapsed, data.elapsed ?? 0);
  const stages = job.stages.map((stage) => (stage.name === data.stage ? reached(stage, data) : stage));
  const missing = data.missing_sources ?? job.missing;
  return { ...job, position: 0, elapsed, missing, stages: settled(stages, elapsed) };
}

const least = (position, told) => (position === null ? told : Math.min(position, told));

function reached(stage, { done = null, total = null, elapsed }) {
  const since = stage.since ?? elapsed;
  const newer = total !== null && done >= (stage.done ?? 0);
  return { ...stage, since, ...(newer ? { done, total } : {}) };
}

/** A stage is over when all of it is done, or one behind it has begun. */
function settled(stages, elapsed) {
  const rank = Math.max(...stages.filter((stage) => stage.since !== null).map((stage) => stage.rank));
  return stages.map((stage) => {
    const state = stateOf(stage, rank);
    return { ...stage, state, until: state === "done" ? (stage.until ?? elapsed) : null };
  });
}

function stateOf(stage, rank) {
  const whole = stage.total !== null && stage.done >= stage.total;
  if (stage.state === "done" || stage.rank < rank || whole) return "done";
  return stage.since === null ? "later" : "now";
}
