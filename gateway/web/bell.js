// The button by which people ask for a notification of the end of a job.

import * as jobs from "./jobs.js";
import { byId } from "/viewer/dom.js";
import { isAllowed, isOffered } from "./notify.js";

const REFUSED = "This browser does not allow this page to notify you.";
const SAID = "You get a notification as long as a page of this server is open in this browser.";

/** Offer a notification of the end of a job, where the browser has such; it asks people at the first click. */
export function offer({ job_id: id, file_name: name }) {
  const button = byId("notify");
  const isWanted = () => isAllowed() && jobs.all().some((job) => job.id === id && job.notify);
  const show = (said = "") => {
    button.setAttribute("aria-pressed", String(isWanted()));
    byId("notify-said").textContent = isWanted() ? SAID : said;
  };
  button.hidden = !isOffered();
  button.onclick = async () => {
    const asks = !isWanted();
    if (asks) await Notification.requestPermission();
    jobs.add(id, name || "Your job");
    jobs.note(id, { notify: asks && isAllowed() });
    show(asks ? REFUSED : "");
  };
  show();
}
