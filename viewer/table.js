// The same points as a table, page by page: for keyboards, readers of the screen, and for copying.

import { el } from "./dom.js";
import { number } from "./format.js";

const ROWS = 20;

export class Table {
  /** `columns` give {name, cell(index)}; `choose(index)` is called for the protein of a row. */
  constructor(root, choose) {
    Object.assign(this, { root, choose, rows: [], columns: [], page: 0 });
  }

  set(rows, columns) {
    Object.assign(this, { rows, columns, page: 0 });
    this.draw();
  }

  draw() {
    const pages = Math.max(1, Math.ceil(this.rows.length / ROWS));
    const start = this.page * ROWS;
    const shown = [...this.rows.slice(start, start + ROWS)];
    const head = this.columns.map(({ name }) => el("th", { scope: "col" }, name));
    const body = shown.map((index) => el("tr", {}, ...this.columns.map((column, place) => this.cell(column, place, index))));
    const where = `${number(start + Math.min(1, shown.length))} to ${number(start + shown.length)} of ${number(this.rows.length)}`;
    this.root.replaceChildren(
      el("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": "Proteins" },
        el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body))),
      el("p", { className: "row" },
        this.turn("Previous", -1, this.page > 0), el("span", { role: "status" }, where),
        this.turn("Next", 1, this.page < pages - 1)),
    );
  }

  cell({ cell }, place, index) {
    if (place) return el("td", {}, cell(index));
    const button = el("button", { type: "button", className: "link" }, cell(index));
    button.addEventListener("click", () => this.choose(index));
    return el("th", { scope: "row" }, button);
  }

  turn(label, by, possible) {
    const button = el("button", { type: "button", className: "button", disabled: !possible }, label);
    button.addEventListener("click", () => {
      this.page += by;
      this.draw();
      const again = [...this.root.querySelectorAll("p button")].find((found) => found.textContent === label);
      (again.disabled ? this.root.querySelector("p button:enabled") : again)?.focus();
    });
    return button;
  }
}
