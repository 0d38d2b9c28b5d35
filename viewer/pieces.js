// Long work in pieces, so that the page draws and answers in between: a worker would need another policy.

const PIECE_MILLISECONDS = 12;
/** How many things a loop does between two looks at the time. */
export const BLOCK = 2 ** 14;

class Outdated extends Error {}

const turn = () => globalThis.scheduler?.yield?.() ?? new Promise((resume) => setTimeout(resume));

/** What `work(rest)` gives, which awaits `rest()` between its pieces; undefined once it is `outdated`. */
export async function inPieces(work, outdated = () => false) {
  let since = performance.now();
  const rest = async () => {
    if (performance.now() - since < PIECE_MILLISECONDS) return;
    await turn();
    since = performance.now();
    if (outdated()) throw new Outdated();
  };
  try {
    return await work(rest);
  } catch (error) {
    if (!(error instanceof Outdated)) throw error;
    return undefined;
  }
}
