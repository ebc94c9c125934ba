/** What every conversation page shares: the connection line, announcements, earlier messages. */
import { localTimes } from "./thread.js";

const WORDS = {
  online: "",
  connecting: "Connecting …",
  offline: "You are offline. What you write is kept and sent when the connection is back.",
  "signed-out": "You have been signed out.",
};

/** Say one thing to a screen reader, when it is finished. @param {string} text */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text.length > 400 ? `${text.slice(0, 400)} …` : text;
}

/** Show the state of the connection; a short interruption is not worth a word. @param {EventTarget} live */
export function showConnection(live) {
  const line = /** @type {HTMLElement} */ (document.querySelector("[data-connection]"));
  let timer = 0;
  live.addEventListener("state", (event) => {
    const { state } = /** @type {CustomEvent} */ (event).detail;
    clearTimeout(timer);
    document.documentElement.dataset.live = state;
    const tell = () => {
      line.textContent = WORDS[/** @type {keyof typeof WORDS} */ (state)];
      line.hidden = !line.textContent;
    };
    if (state === "online" || state === "signed-out") tell();
    else timer = setTimeout(tell, 1_500);
  });
  live.addEventListener("reset", () => location.reload());
  live.addEventListener("revoked", () => location.assign("/"));
}

/** @param {string} url @returns {Promise<Document>} another page of ours */
export async function fetchPage(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** "Earlier messages" is a link to a page; with script its messages are put above instead. */
export function loadEarlier() {
  document.addEventListener("click", async (event) => {
    const link = /** @type {Element} */ (event.target).closest?.("[data-earlier]");
    if (!link) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    const page = await fetchPage(/** @type {HTMLAnchorElement} */ (link).href);
    const items = [...page.querySelectorAll("[data-thread] > .message")];
    localTimes(page);
    document.querySelector("[data-thread]")?.prepend(...items.map((item) => document.adoptNode(item)));
    const further = page.querySelector("[data-earlier]");
    if (further) link.replaceWith(document.adoptNode(further));
    else link.remove();
  });
}
