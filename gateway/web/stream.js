// The events of a job, each once and in order, over any number of lost connections.

import { eventsPath } from "./api.js";

const NAMES = ["queued", "progress", "done", "error"];
const AGAIN_MILLISECONDS = 3000;

export class Stream {
  /**
   * `told(name, data)` gets each event; `lost()` and `back()` report the connection; `refused()`
   * is called where the server does not take the connection up again and may say why elsewhere.
   */
  constructor(id, { told, lost, back, refused }) {
    Object.assign(this, { id, told, lost, back, refused, seen: 0, timer: 0 });
    this.online = () => this.source?.readyState !== EventSource.OPEN && this.open();
    addEventListener("online", this.online);
    this.open();
  }

  open() {
    this.source?.close();
    clearTimeout(this.timer);
    this.source = new EventSource(eventsPath(this.id));
    this.source.onopen = () => this.back();
    // The browser connects again by itself, and says what it has seen, until it gives up.
    this.source.onerror = (event) => this.isOfConnection(event) && this.broken();
    for (const name of NAMES) this.source.addEventListener(name, (event) => this.take(name, event));
  }

  /** An event `error` of the server has data and an id; one of the connection has none. */
  isOfConnection(event) {
    return event.data === undefined;
  }

  take(name, event) {
    // A new source starts from the first event again.
    if (event.data === undefined || Number(event.lastEventId) <= this.seen) return;
    this.seen = Number(event.lastEventId);
    if (name === "done" || name === "error") this.close();
    this.told(name, JSON.parse(event.data));
  }

  broken() {
    this.lost();
    if (this.source.readyState !== EventSource.CLOSED) return;
    this.timer = setTimeout(async () => {
      if (await this.refused()) this.close();
      else this.open();
    }, AGAIN_MILLISECONDS);
  }

  close() {
    clearTimeout(this.timer);
    removeEventListener("online", this.online);
    this.source.close();
  }
}
