// The search of a viewer: its count, its list, next and previous.

import { announce, el } from "./dom.js";
import { count, number, readable } from "./format.js";
import { search, where } from "./search.js";

const LISTED = 100;
const WAIT_MILLISECONDS = 120;

export class Finder {
  constructor(viewer) {
    this.viewer = viewer;
    const { find, next, previous, take } = viewer.parts;
    find.addEventListener("input", () => this.soon());
    find.addEventListener("keydown", (event) => this.key(event));
    next.addEventListener("click", () => this.step(1));
    previous.addEventListener("click", () => this.step(-1));
    take.addEventListener("click", (event) => viewer.picker.pick(viewer.state.found, event));
  }

  /** Search when typing rests, and stop an earlier search. */
  soon() {
    this.stop();
    this.due = setTimeout(() => this.search(this.viewer.parts.find.value), WAIT_MILLISECONDS);
  }

  stop() {
    clearTimeout(this.due);
    this.searching = null;
  }

  key(event) {
    if (event.key === "Escape") {
      this.viewer.parts.find.value = "";
      return this.search("");
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.step(event.shiftKey ? -1 : 1);
  }

  async search(text) {
    const { viewer } = this;
    this.stop();
    const own = (this.searching = {});
    if (viewer.parts.find.value !== text) viewer.parts.find.value = text;
    if (text.trim()) viewer.parts.matches.textContent = "Searching…";
    const found = await search(viewer.proteins, text, () => this.searching !== own);
    if (found !== undefined) this.show(text, found);
  }

  /** Show what was found for a text. */
  show(text, found) {
    const { viewer } = this;
    const before = viewer.state.query;
    Object.assign(viewer.state, { query: text.trim(), found });
    this.at = -1;
    this.tell();
    this.list();
    if (!before && !text) return;
    viewer.painter.paint();
    viewer.listing.list();
    viewer.keep();
  }

  tell() {
    const { found, query } = this.viewer.state;
    const { matches, next, previous, take } = this.viewer.parts;
    const none = !found || !found.length;
    for (const button of [next, previous, take]) button.hidden = none;
    const place = this.at >= 0 ? `${number(this.at + 1)} of ${number(found.length)}` : `${found ? count(found.length, "protein") : ""} found`;
    matches.textContent = !found ? "" : none ? `No match for “${query}”` : place;
    if (found && this.at < 0) announce(matches.textContent);
  }

  /** Choose the next protein that was found, or the one before. */
  step(by) {
    const { found } = this.viewer.state;
    if (!found?.length) return;
    this.at = this.at < 0 && by < 0 ? found.length - 1 : (this.at + by + found.length) % found.length;
    this.viewer.choose(found[this.at], true);
    this.tell();
  }

  list() {
    const { viewer } = this;
    const { found, query } = viewer.state;
    if (!found?.length) return viewer.parts.tabs.fill(viewer.parts.matched, []);
    const rows = [...found.slice(0, LISTED)].map((index, place) => this.row(query, index, place));
    const rest = found.length - rows.length;
    const more = rest > 0 ? [el("p", { className: "small" }, `and ${number(rest)} more: all are in the table below.`)] : [];
    viewer.parts.tabs.fill(viewer.parts.matched, [el("ul", {}, ...rows), ...more]);
  }

  row(query, index, place) {
    const { viewer } = this;
    const link = el("button", { type: "button", className: "link" }, viewer.proteins.identifiers[index]);
    link.addEventListener("click", () => {
      this.at = place;
      viewer.choose(index, true);
      this.tell();
    });
    const why = where(viewer.proteins, query, index);
    return el("li", {}, link, why ? el("span", { className: "small", title: why[1] }, ` ${readable(why[0])}: ${why[1]}`) : null);
  }
}
