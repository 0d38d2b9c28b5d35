// The choice of base map, embedder, projections and annotations, each with its line of help.

import { el } from "/viewer/dom.js";

const FIELDS = [
  { name: "base_map", title: "Base map", type: "radio" },
  { name: "embedders", title: "Embedder", type: "radio" },
  { name: "methods", title: "Projections", type: "checkbox" },
  { name: "annotations", title: "Annotations", type: "checkbox" },
];

/** Fieldsets in `root`; `changed` is called at each change. */
export class Choices {
  constructor(root, offered, notes, changed) {
    this.root = root;
    this.offered = offered;
    this.notes = notes;
    this.shown = FIELDS.filter(({ name }) => offered[name]);
    this.sets = Object.fromEntries(this.shown.map((field) => [field.name, this.fieldset(field)]));
    root.replaceChildren(...Object.values(this.sets));
    root.addEventListener("change", () => {
      this.summarize();
      changed();
    });
    this.summarize();
  }

  fieldset({ name, title, type }) {
    const cards = this.offered[name].map((choice) => card(name, type, choice));
    const legend = el("legend", { className: "unseen" }, title);
    const chosen = el("span", { className: "chosen" });
    const summary = el("summary", {}, el("span", { className: "what" }, title), chosen);
    const note = this.notes[name] ? el("p", { className: "small" }, this.notes[name]) : null;
    const set = el("fieldset", {}, legend, el("div", { className: "cards" }, ...cards), note);
    return el("details", {}, summary, set);
  }

  /** Show the choices of a field, or hide them where the proteins leave none. */
  offer(name, is) {
    if (this.sets[name]) this.sets[name].hidden = !is;
  }

  isOffered(name) {
    return name in this.sets && !this.sets[name].hidden;
  }

  summarize() {
    for (const { name } of this.shown) {
      const labels = this.offered[name].filter((choice) => this.chosen(name).includes(choice.name));
      const text = labels.map((choice) => choice.label).join(", ") || "none chosen";
      this.sets[name].querySelector(".chosen").textContent = text;
    }
  }

  chosen(name) {
    return [...this.root.querySelectorAll(`input[name="${name}"]:checked`)].map((input) => input.value);
  }

  /** A sentence where nothing is chosen of what there must be. */
  missing() {
    const field = this.shown.find(({ name }) => this.offered[name].length && !this.chosen(name).length);
    return field ? `Choose at least one under ${field.title}.` : null;
  }

  /** The fields of an upload: those that differ from what the server takes by itself. */
  fields() {
    const found = this.shown.filter(({ name }) => this.isOffered(name)).map(({ name }) => [name, this.chosen(name)]);
    return Object.fromEntries(found.filter(([name, chosen]) => differs(chosen, this.offered[name])));
  }
}

function differs(chosen, offered) {
  const defaults = offered.filter((choice) => choice.default).map((choice) => choice.name);
  return chosen.join() !== defaults.join();
}

function card(field, type, choice) {
  const id = `${field}-${choice.name}`;
  const input = el("input", { type, id, name: field, value: choice.name, checked: choice.default });
  input.setAttribute("aria-describedby", `${id}-help`);
  const label = el("label", { for: id }, choice.label);
  const help = el("span", { className: "help", id: `${id}-help` }, choice.help);
  return el("div", { className: "choice" }, input, el("div", {}, label, help));
}

/** The labels of names, as the server has them. */
export function labelled(offered, names) {
  return names.map((name) => offered.find((choice) => choice.name === name)?.label ?? name);
}
