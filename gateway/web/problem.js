// The view of what did not work: a sentence, what to do next, and where else it can be done.

import { byId, el, show } from "/viewer/dom.js";

const TITLES = {
  UNREACHABLE: "The server does not answer",
  CANCELLED: "The job was cancelled",
  EXPIRED: "This result has been removed",
  NOT_FOUND: "There is no such job",
  INVALID_ID: "This is no address of a job",
};
const NEXT = {
  UNREACHABLE: "A job that runs there goes on meanwhile.",
  BIOCENTRAL_UNAVAILABLE: "Try again later, choose another embedder, or use the notebook, which computes on a GPU of its own.",
  CANCELLED: "Nothing of it is left running. You can start again with the same file.",
  EXPIRED: "To have it again, upload the file again.",
  NOT_FOUND: "Check the address, or upload the file again.",
  INVALID_ID: "Check the address, or upload the file again.",
};
const OTHERWISE = "Correct the file or the choices if the sentence above says so, and start again.";

/** Show an error: `message` for people, a stable `code`, `colab` where the notebook may help. */
export function problem({ message, code = "", colab = null, job = null }) {
  byId("problem-title").textContent = TITLES[code] ?? "There is no map";
  // The address of the notebook is on the button.
  byId("problem-text").textContent = message.replace(`: ${colab}`, ".");
  byId("problem-next").textContent = NEXT[code] ?? OTHERWISE;
  const notebook = el("a", { className: "button strong", href: colab ?? "", target: "_blank", rel: "noopener" }, "Open the notebook in Colab");
  const [label, href] = code === "UNREACHABLE" ? ["Try again", location.href] : ["Start again", "/#"];
  const again = el("a", { className: colab ? "button" : "button strong", href }, label);
  show(byId("problem-links"), ...(colab ? [notebook, again] : [again]));
  byId("problem-code").textContent = [code && `Code ${code}`, job && `job ${job}`].filter(Boolean).join(", ");
  document.title = `${byId("problem-title").textContent} – Protein space`;
}
