// The HTTP interface of the gateway.

/** An answer that is no success; `code` is stable, the message a sentence for people. */
export class ApiError extends Error {
  constructor(message, code, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const UNREACHABLE = "The server cannot be reached. Check your connection and try again.";

function failure(body, status) {
  if (body && body.error) return new ApiError(body.error, body.code, status);
  return new ApiError(`The server answered with status ${status}. Please try again.`, "", status);
}

async function ask(path, method = "GET") {
  let answer;
  try {
    answer = await fetch(path, { method, cache: "no-store" });
  } catch {
    throw new ApiError(UNREACHABLE, "UNREACHABLE");
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok || body === null) throw failure(body, answer.status);
  return body;
}

const job = (id, rest = "") => `/api/prepare/${encodeURIComponent(id)}${rest}`;

export const options = () => ask("/api/options");
export const status = (id) => ask(job(id));
export const preview = (id) => ask(job(id, "/preview"));
export const cancel = (id) => ask(job(id), "DELETE");
export const eventsPath = (id) => job(id, "/events");
export const bundlePath = (id) => job(id, "/bundle");
export const tablePath = (id) => job(id, "/table");
export const htmlPath = (id) => job(id, "/html");

/** The example as a file. */
export async function example() {
  const answer = await fetch("/example.fasta").catch(() => null);
  if (!answer || !answer.ok) throw new ApiError(UNREACHABLE, "UNREACHABLE");
  return new File([await answer.blob()], "example.fasta");
}

/**
 * Upload a source (`field`: file, accessions or query; `value`) with fields: lists of choices, and files;
 * resolves with the id of the job. `sent` is called with the share that has gone out. XMLHttpRequest, as fetch does not
 * report that.
 */
export function submit({ field, value }, fields, token, sent) {
  const form = new FormData();
  form.append(field, value);
  for (const [name, given] of Object.entries(fields)) form.append(name, given instanceof File ? given : given.join(","));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/prepare");
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.total && sent(event.loaded / event.total);
    request.onerror = () => reject(new ApiError(UNREACHABLE, "UNREACHABLE"));
    request.onload = () => {
      const body = request.response;
      if (request.status <= 299 && body && body.job_id) resolve(body.job_id);
      else reject(failure(body, request.status));
    };
    request.send(form);
  });
}
