// The elements of a viewer: bar, maps, side, table.

import { choice, menu, select } from "./controls.js";
import { ENCLOSED } from "./contours.js";
import { announce, button, el } from "./dom.js";
import { svg } from "./drawing.js";
import { readable } from "./format.js";
import { paste } from "./paste.js";
import { png } from "./pictures.js";
import { copy, download, tsv } from "./save.js";
import { Tabs } from "./tabs.js";

const TOOLS = [
  ["move", "Move", "Drag to move the map"],
  ["box", "Box", "Drag a box around proteins; Shift adds, Alt takes away"],
  ["lasso", "Lasso", "Draw around proteins; Shift adds, Alt takes away"],
];
const CHANGES = [
  ["replace", "New", "A selection replaces the former"],
  ["add", "Add", "A selection is added to the former"],
  ["subtract", "Remove", "A selection is taken from the former"],
];

/** All elements: those of `all` go into the page, the others are parts of them. */
export function build(viewer) {
  const region = (id) => el("section", { id, tabIndex: 0 });
  const status = el("p", { className: "small status", role: "status" });
  const parts = {
    legend: el("div", { id: "legend", role: "group", "aria-label": "Legend" }),
    protein: region("protein"),
    matched: region("matched"),
    selected: region("selected"),
    panes: el("div", { className: "panes" }),
    table: el("div", { id: "table" }),
    say: (text) => (status.textContent = text),
    ...search(),
  };
  parts.tabs = new Tabs([["Protein", parts.protein], ["Found", parts.matched], ["Selection", parts.selected]]);
  const side = el("div", { className: "side" }, parts.legend, status, parts.tabs.list, parts.protein, parts.matched, parts.selected);
  parts.details = el("details", { className: "plain listing" }, el("summary", {}, "The same as a table"), parts.table);
  const beside = button("Two maps", () => viewer.beside(), { className: "button slim", "aria-pressed": "false" });
  parts.split = (maps) => {
    beside.setAttribute("aria-pressed", String(maps > 1));
    parts.panes.classList.toggle("two", maps > 1);
  };
  parts.all = [bar(viewer, parts, beside), el("div", { className: "plot" }, parts.panes, side), parts.details];
  return parts;
}

function search() {
  const hidden = { className: "button slim", hidden: true };
  return {
    find: el("input", { id: "find", type: "search", placeholder: "Identifiers and all annotations", autocomplete: "off", spellcheck: false }),
    matches: el("span", { id: "matches" }),
    previous: button("‹", () => {}, { ...hidden, "aria-label": "Previous match" }),
    next: button("›", () => {}, { ...hidden, "aria-label": "Next match" }),
    take: button("Select", () => {}, { ...hidden, title: "Select all that was found" }),
  };
}

function bar(viewer, parts, beside) {
  const { annotations } = viewer.proteins;
  const by = [el("option", { value: "" }, "nothing"), ...annotations.map(({ name }) => el("option", { value: name }, readable(name)))];
  const colour = select("colour", "Colour by", by, (name) => viewer.painter.colourBy(name));
  colour.querySelector("select").value = viewer.state.annotation?.name ?? "";
  const { find, matches, previous, next, take } = parts;
  const title = "Words must all be there; a comma separates what may be there instead";
  find.title = title;
  const line = el("span", { className: "find-row" }, find, previous, next, take);
  const searching = el("p", { className: "find" }, el("label", { for: "find" }, "Find"), matches, line);
  const tools = [
    choice("What dragging does", TOOLS, "move", (tool) => viewer.use(tool)),
    choice("What a selection does", CHANGES, "replace", (change) => (viewer.state.change = change)),
    button("By list", () => paste(viewer), { className: "button slim", title: "Select proteins by a list of identifiers" }),
    mark(viewer, "names", "Names", "Write on dense regions of the map what they have more than others"),
    mark(viewer, "contours", "Contours", ENCLOSED),
    ...(viewer.proteins.old ? [mark(viewer, "grey", "Old proteins in grey", "Colour only the proteins that joined the map last")] : []),
    ...(viewer.proteins.projections.length > 1 ? [beside] : []),
    menu("Save", exports(viewer, parts)),
  ];
  return el("div", { className: "bar" }, colour, el("div", { className: "tools" }, ...tools), searching);
}

/** A button that puts something on the maps, or takes it away. */
function mark(viewer, what, text, title) {
  const found = button(text, () => {
    viewer.mark(what, !viewer.state[what]);
    found.setAttribute("aria-pressed", String(viewer.state[what]));
  }, { className: "button slim", title, "aria-pressed": String(viewer.state[what]) });
  return found;
}

function exports(viewer, parts) {
  const name = () => viewer.proteins.title || "map";
  const picture = (times) => async () => {
    for (const [place, pane] of viewer.maps.entries()) {
      download(`${name()}${place ? "-2" : ""}.png`, await png(viewer, pane, times));
    }
  };
  const drawn = () => viewer.maps.forEach((pane, place) => download(`${name()}${place ? "-2" : ""}.svg`, svg(viewer, pane), "image/svg+xml"));
  const link = async () => {
    const { address, whole } = viewer.link();
    const done = (await copy(address)) ? "Link copied" : "Copy the address of this page: it shows the same";
    const text = whole ? `${done}.` : `${done}, but for the selection, which is too large for a link: save it as TSV.`;
    parts.say(text);
    announce(text);
  };
  return [
    ["Picture (PNG, 2×)", picture(2)],
    ["Picture (PNG, 4×)", picture(4)],
    ["Drawing (SVG)", drawn],
    ["Table (TSV)", () => download(`${name()}.tsv`, tsv(viewer.proteins, [...viewer.proteins.identifiers.keys()]))],
    ["Link to this view", link],
  ];
}
