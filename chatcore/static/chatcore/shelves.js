/** Keep the list of conversations true: counts by event, anything new by reading the list again. */
import { fetchPage } from "./page.js";
import { localTimes } from "./thread.js";

/** @param {HTMLElement} item @param {number} count */
function setUnread(item, count) {
  const badge = /** @type {HTMLElement} */ (item.querySelector("[data-unread]"));
  const number = /** @type {HTMLElement} */ (badge.querySelector("[data-count]"));
  number.textContent = count > 99 ? "99+" : String(count);
  badge.hidden = count < 1;
}

/** @param {string} topic @returns {HTMLElement | null} */
function itemOf(topic) {
  return document.querySelector(`[data-shelf-topic="${CSS.escape(topic)}"]`);
}

/** Read the shelves again from the home page, as one would by reloading it. */
async function refresh() {
  const here = document.querySelector(".shelf-pane, .shelves");
  const page = await fetchPage("/");
  const fresh = page.querySelector(".shelves");
  if (!here || !fresh) return;
  const open = here.querySelector("[aria-current]")?.getAttribute("data-shelf-topic");
  here.replaceChildren(...[...fresh.children].map((child) => document.adoptNode(child)));
  if (open) itemOf(open)?.setAttribute("aria-current", "page");
  localTimes(here);
}

/** Name the conversation in the list as its page does. @param {string} topic @param {string} title */
export function renameOnShelf(topic, title) {
  const place = itemOf(topic)?.querySelector(".shelf-title");
  if (place) place.textContent = title;
}

/** @param {EventTarget} live */
export function keepShelves(live) {
  let timer = 0;
  let online = false;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => refresh().catch(() => {}), 800);
  };
  live.addEventListener("subscribed", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.topic !== "me") return;
    if (online) soon(); // after an interruption
    online = true;
  });
  live.addEventListener("event", (event) => {
    const { topic, type, data } = /** @type {CustomEvent} */ (event).detail;
    if (topic !== "me") return;
    const item = type === "unread" ? itemOf(data.topic) : null;
    if (!item) return soon();
    const open = item.hasAttribute("aria-current") && !document.hidden;
    setUnread(item, open ? 0 : data.unread);
    if (!open && data.unread) item.closest("ul")?.prepend(/** @type {Node} */ (item.parentElement));
  });
}
