// Panels of which one is to be seen: those that have something to show have a tab.

import { el } from "./dom.js";

export class Tabs {
  /** `panels` are [name, element]. */
  constructor(panels) {
    this.tabs = panels.map(([name, panel]) => this.tab(name, panel));
    this.list = el("div", { className: "tabs", role: "tablist", "aria-label": "Panels" }, ...this.tabs.map(({ button }) => button));
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.show(null);
  }

  tab(name, panel) {
    const button = el("button", { type: "button", role: "tab", "aria-controls": panel.id, id: `${panel.id}-tab` }, name);
    button.addEventListener("click", () => this.show(panel));
    for (const [attribute, value] of [["role", "tabpanel"], ["aria-labelledby", button.id]]) panel.setAttribute(attribute, value);
    return { button, panel, filled: false };
  }

  /** Fill a panel with these children and turn to it; without any its tab goes away. */
  fill(panel, children, turn = true) {
    panel.replaceChildren(...children);
    panel.scrollTop = 0;
    this.tabs.find((tab) => tab.panel === panel).filled = children.length > 0;
    const shown = turn && children.length ? panel : this.shown;
    this.show(this.isFilled(shown) ? shown : (this.tabs.findLast(({ filled }) => filled)?.panel ?? null));
  }

  isFilled(panel) {
    return this.tabs.some((tab) => tab.panel === panel && tab.filled);
  }

  show(panel) {
    this.shown = panel;
    this.list.hidden = panel === null;
    for (const tab of this.tabs) {
      tab.button.hidden = !tab.filled;
      tab.panel.hidden = tab.panel !== panel;
      tab.button.setAttribute("aria-selected", String(tab.panel === panel));
      tab.button.tabIndex = tab.panel === panel ? 0 : -1;
    }
  }

  /** Arrow keys go from tab to tab. */
  key({ key }) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!by) return;
    const there = this.tabs.filter(({ filled }) => filled);
    const place = there.findIndex(({ panel }) => panel === this.shown);
    const next = there[(place + by + there.length) % there.length];
    this.show(next.panel);
    next.button.focus();
  }
}
