// What the run did, for the methods of a paper, with its references. All of it is text.

import { button, el } from "./dom.js";
import { copy, download } from "./save.js";

/** Children of a `details` element; `title` names the file of references. */
export function methodsOf({ paragraphs, references, bibtex }, title) {
  const said = el("span", { className: "small", role: "status" });
  const copied = async (what, text) => {
    said.textContent = (await copy(text)) ? `${what} copied` : "The browser does not allow copying: select the text, or save the file.";
  };
  const whole = [...paragraphs, "References", ...references.map(({ text, url }) => (url ? `${text} ${url}` : text))].join("\n\n");
  return [
    el("summary", {}, "Methods and references"),
    el("div", { className: "methods" },
      el("p", { className: "row tight" },
        button("Copy text", () => copied("Text", whole), { className: "button slim" }),
        button("Copy BibTeX", () => copied("BibTeX", bibtex), { className: "button slim" }),
        button("Save BibTeX", () => download(`${title}.bib`, bibtex, "application/x-bibtex"), { className: "button slim" }),
        said,
      ),
      ...paragraphs.map((text) => el("p", {}, text)),
      el("h2", {}, "References"),
      el("ul", {}, ...references.map(reference)),
    ),
  ];
}

function reference({ text, url }) {
  if (!url) return el("li", {}, text);
  return el("li", {}, `${text} `, el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url));
}
