// The viewer in a file of its own: data are in the page, the state in the address.

import { byId, el, show } from "./dom.js";
import { count } from "./format.js";
import { methodsOf } from "./methods.js";
import { Packed } from "./packed.js";
import { Viewer } from "./viewer.js";

/** The text of an element, which is then let go of: the data of a large map are many megabytes. */
function textOf(id) {
  const element = byId(id);
  const text = element.textContent;
  element.remove();
  return text;
}

const address = {
  read: () => location.hash.slice(1),
  write: (text) => history.replaceState(null, "", `#${text}`),
};

async function open() {
  if (!("DecompressionStream" in window)) throw new Error("This browser is too old for this file: use one of 2023 or later.");
  const description = JSON.parse(textOf("description"));
  const { title, proteins: size, made } = description;
  byId("title").textContent = title;
  byId("what").textContent = count(size, "protein");
  const packed = new Packed(description, (block) => textOf(`block-${block}`));
  const proteins = await packed.proteins();
  let viewer = new Viewer(byId("map"), proteins, address);
  // A link into the same page, with another state.
  addEventListener("hashchange", () => {
    viewer.close();
    viewer = new Viewer(byId("map"), proteins, address);
  });
  for (const plot of viewer.plots) plot.draw();
  performance.measure("points");
  await packed.complete(proteins);
  viewer.completed();
  show(byId("methods"), ...methodsOf(made.methods, title));
  show(byId("warnings"), ...warned(made.warnings));
}

function warned(warnings) {
  if (!warnings.length) return [];
  return [el("summary", {}, `Noticed while it was made (${warnings.length})`), el("ul", {}, ...warnings.map((text) => el("li", {}, text)))];
}

open().catch((error) => show(byId("map"), el("p", { className: "note bad", role: "alert" }, error.message)));
