/** What every conversation page shares: the connection line, announcements, refusals, earlier messages. */
import { localTimes } from "./thread.js";

const AWAY = "You are offline. What you write is kept and sent when the connection is back.";
const SIGNED_OUT = "You have been signed out. Load the page again to sign in.";
const PATIENCE = 1_500;

/** Say one thing to a screen reader, when it is finished. @param {string} text */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text.length > 400 ? `${text.slice(0, 400)} …` : text;
}

/**
 * Say what was refused where everybody sees it; "" when the next try begins. The line is an alert, which
 * screen readers speak by themselves.
 * @param {string} text
 */
export function complain(text) {
  const line = /** @type {HTMLElement} */ (document.querySelector("[data-refusal]"));
  line.textContent = text;
  line.hidden = !text;
}

/**
 * Show the state of the connection; a short interruption is not worth a word.
 * @param {EventTarget} live @param {() => void} [away] where to when the conversation is mine no more
 */
export function showConnection(live, away = () => location.assign("/")) {
  const line = /** @type {HTMLElement} */ (document.querySelector("[data-connection]"));
  let timer = 0;
  /** @param {string} words */
  const tell = (words) => {
    clearTimeout(timer);
    timer = 0;
    line.textContent = words;
    line.hidden = !words;
  };
  live.addEventListener("state", (event) => {
    const { state } = /** @type {CustomEvent} */ (event).detail;
    document.documentElement.dataset.live = state;
    if (state === "online") tell("");
    else if (state === "signed-out") tell(SIGNED_OUT);
    else if (line.hidden) timer ||= setTimeout(() => tell(AWAY), PATIENCE);
  });
  live.addEventListener("reset", () => location.reload());
  live.addEventListener("revoked", away);
}

/** @param {string} url @returns {Promise<Document>} another page of ours */
export async function fetchPage(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** "Earlier messages" is a link to a page; with script its messages are put above instead. */
export function loadEarlier(load = fetchPage) {
  document.addEventListener("click", (event) => {
    if (!(/** @type {Element} */ (event.target).closest?.("[data-earlier]"))) return;
    event.preventDefault();
    showEarlier(load);
  });
}

/** Put the messages before those on this page above them. @returns {Promise<boolean>} whether it did */
export async function showEarlier(load = fetchPage) {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-earlier]:not([aria-busy])"));
  if (!link) return false;
  link.setAttribute("aria-busy", "true");
  try {
    putAbove(await load(link.href));
  } catch {
    link.removeAttribute("aria-busy"); // a bad network: the link is there to be pressed again
    return false;
  }
  link.remove();
  return true;
}

/**
 * Those of another conversation, of which this one is the sequel, stand in a list of their own.
 * @param {Document} page messages, and perhaps a link to earlier ones
 */
export function putAbove(page) {
  const top = /** @type {HTMLElement} */ (document.querySelector("[data-of]"));
  const list = page.querySelector("[data-of]");
  localTimes(page);
  if (list instanceof HTMLElement && list.dataset.of !== top.dataset.of) {
    list.removeAttribute("data-thread");
    top.before(document.adoptNode(list));
  } else top.prepend(...[...(list?.children ?? [])].map((item) => document.adoptNode(item)));
  const further = page.querySelector("[data-earlier]");
  if (further) document.querySelector("[data-of]")?.before(document.adoptNode(further));
}
