/** Keeps an open panel “What it remembers” true while something is learned. */
import { fetchPage } from "../chatcore/page.js";

/** Call it when the dialogue has changed. @returns {() => void} */
export function keepMemory() {
  const panel = /** @type {HTMLElement | null} */ (document.getElementById("memory"));
  const body = panel?.querySelector("[data-memory-body]");
  if (!panel || !body) return () => {};
  return () => {
    // Not under the hands of somebody who is correcting a fact.
    if (body.querySelector("details[open]")) return;
    fetchPage(panel.dataset.url ?? "")
      .then((page) => {
        const fresh = page.querySelector("[data-memory]");
        if (fresh) body.replaceChildren(document.adoptNode(fresh));
      })
      .catch(() => {});
  };
}
