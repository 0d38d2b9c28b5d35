// Notifications of the browser.

const SAID = { done: "the map is ready", cancelled: "the job was cancelled", expired: "the job is gone" };

export const isOffered = () => "Notification" in window;
export const isAllowed = () => isOffered() && Notification.permission === "granted";

/** Tell that a job is over, if the browser may. */
export function notify({ id, name, state }) {
  if (!isAllowed()) return;
  try {
    const shown = new Notification(`${name}: ${SAID[state] ?? "there is no map"}`, { tag: id });
    shown.onclick = () => {
      window.focus();
      location.hash = id;
    };
  } catch {
    // Some browsers of phones notify from service workers alone.
  }
}
