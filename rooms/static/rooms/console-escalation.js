/** The page of an escalation: what room.js does, and the warning before sending, who answers. */
import { Live } from "../chatcore/live.js";
import { keepTrue } from "./console.js";
import { offerCanned } from "./console-canned.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-composer]"));
const REFRESHED = [".conversation-title", ".console-side .side-body"];

/** What stands beside the conversation is read again when the escalation changed. */
async function refresh() {
  const { fetchPage } = await import("../chatcore/page.js");
  const fresh = await fetchPage(location.pathname);
  const writes = (/** @type {ParentNode} */ page) => Boolean(page.querySelector("[data-composer]:not([hidden])"));
  if (!writes(document) && writes(fresh)) return location.reload(); // it is ours now, or open again
  for (const place of REFRESHED) {
    const old = document.querySelector(place);
    const now = fresh.querySelector(place);
    const busy = old?.contains(document.activeElement) || old?.querySelector("details[open] textarea");
    if (old && now && !busy) old.replaceWith(document.adoptNode(now));
  }
  document.body.dispatchEvent(new Event("htmx:afterSettle"));
}

/** @param {EventTarget} live */
function hearOfIt(live) {
  let timer = 0;
  live.addEventListener("event", (event) => {
    const { type, data } = /** @type {CustomEvent} */ (event).detail;
    const about = type === "escalation.changed" ? data.id : data?.escalation?.id;
    if (!type.startsWith("escalation.") || about !== root.dataset.escalation) return;
    clearTimeout(timer);
    timer = setTimeout(() => refresh().catch(() => {}), 300);
  });
}

/** @param {any} thread what room.js shows */
function mindTheComposer(thread) {
  if (!form) return;
  const box = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  const stale = /** @type {HTMLElement} */ (form.querySelector("[data-stale]"));
  const words = /** @type {HTMLElement} */ (form.querySelector("[data-stale-words]"));
  const isNote = () => new FormData(form).get("role") === "note";
  let seen = -1; // the newest message when the agent began to write

  box.addEventListener("input", () => {
    if (!box.value.trim()) seen = -1;
    else if (seen < 0) {
      seen = thread.last;
      document.body.dispatchEvent(new Event("answering"));
    }
    form.toggleAttribute("data-answering-now", Boolean(box.value.trim()));
    answeringField().disabled = !box.value.trim();
  });

  /** @returns {HTMLElement | undefined} what somebody else has said since */
  const newer = () => {
    const items = /** @type {HTMLElement[]} */ ([...thread.list.querySelectorAll(".message:not(.mine, .system)")]);
    return seen < 0 ? undefined : items.find((item) => Number(item.dataset.seq) > seen);
  };

  form.addEventListener("submit", (event) => {
    const other = isNote() ? undefined : newer(); // a private note clashes with nobody's words
    if (!other) return done();
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!box.value.trim()) return;
    words.textContent = `${other.dataset.author} has written since you began. Nothing was sent.`;
    stale.hidden = false;
  }, { capture: true });

  form.querySelector("[data-send-anyway]")?.addEventListener("click", () => {
    seen = thread.last;
    form.requestSubmit();
  });

  function done() {
    seen = -1;
    stale.hidden = true;
    answeringField().disabled = true;
    setTimeout(() => document.body.dispatchEvent(new Event("answering")));
  }

  /** What tells the others' pages that I write. @returns {HTMLInputElement} */
  function answeringField() {
    return /** @type {HTMLInputElement} */ (document.querySelector("[data-answering]"));
  }
}

// A form that came back stands under its own address; what is read again is the page.
if (location.pathname !== root.dataset.page) history.replaceState(null, "", root.dataset.page);
if (root.dataset.topic && !("past" in root.dataset)) {
  const room = await import("./room.js");
  keepTrue(room.live);
  hearOfIt(room.live);
  mindTheComposer(room.thread);
  offerCanned(form);
} else {
  const live = new Live();
  keepTrue(live);
  hearOfIt(live);
  live.follow("me");
}
