/** What every page of the console shares: lists and numbers that stay true, clocks, keys. */
import { Live } from "../chatcore/live.js";
import { announce } from "../chatcore/page.js";
import { localTimes } from "../chatcore/thread.js";
import { offerKeys } from "./console-keys.js";

const TOGETHER = 50; // what one act changes is one reading
const SETTLE = 300; // and readings keep this distance
let timer = 0;
let last = 0;
let isDue = false;

/** Something changed: the lists and their numbers are read again, unless somebody is ticking. */
function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    isDue = Boolean(document.querySelector(".htmx-request")); // one that may have read before the change
    if (isDue) return;
    last = Date.now();
    if (!document.querySelector("[data-rows] :checked")) document.body.dispatchEvent(new Event("changed"));
    else document.getElementById("queues")?.dispatchEvent(new Event("changed"));
  }, Math.max(TOGETHER, last + SETTLE - Date.now()));
}

/** @param {EventTarget} live */
export function keepTrue(live) {
  let online = false;
  live.addEventListener("state", (event) => {
    document.documentElement.dataset.live = /** @type {CustomEvent} */ (event).detail.state;
  });
  live.addEventListener("subscribed", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.topic !== "me") return;
    if (online) changed(); // after an interruption
    online = true;
  });
  live.addEventListener("event", (event) => {
    const { type, data } = /** @type {CustomEvent} */ (event).detail;
    if (type !== "escalation.notice" && type !== "escalation.changed") return;
    changed();
    const mine = data.escalation?.assigned_to_user?.id === document.body.dataset.user;
    if (type === "escalation.notice" && mine && NEWS[data.what]) announce(NEWS[data.what]);
  });
}

/** @type {Record<string, string>} */
const NEWS = {
  assigned: "An escalation was given to you.",
  warned: "A promise is nearly broken.",
  breached: "A promise was broken.",
};

/** @param {number} minutes as rows.py says it */
function span(minutes) {
  const hours = Math.floor(minutes / 60);
  if (!hours) return `${minutes} min`;
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Badges count down between two readings. */
function tick() {
  for (const badge of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-due]"))) {
    const left = Date.parse(badge.dataset.due ?? "") - Date.now();
    const minutes = Math.floor(Math.abs(left) / 60_000);
    badge.textContent = (badge.textContent ?? "").replace(/ (in|late by) .*/, left > 0 ? ` in ${span(minutes)}` : ` late by ${span(minutes)}`);
    if (left <= 0) badge.className = "sla late";
    else if (left <= 900_000 && badge.classList.contains("good")) badge.className = "sla soon";
  }
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** How long ago, as ago.py says it. @param {Date} at */
function since(at) {
  const minutes = Math.floor((Date.now() - at.getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return minutes < 30 * 24 * 60 ? `${Math.floor(minutes / 60 / 24)} d ago` : day.format(at);
}

/** What says how long ago something was grows older, and says the exact time in the reader's zone. */
function age() {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-ago]"))) {
    const at = new Date(time.dateTime);
    time.textContent = since(at);
    time.title = exact.format(at);
  }
}

const boxes = () => /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-rows] input[name=ids]"));

/** The bar of actions shows itself when something is ticked, and says how much. */
function showBulk() {
  const ticked = [...boxes()].filter((box) => box.checked).length;
  document.querySelector("[data-bulk-bar]")?.toggleAttribute("data-idle", !ticked);
  const words = document.querySelector("[data-ticked]");
  if (words && ticked) words.textContent = ticked === 1 ? "the one that is ticked" : `the ${ticked} that are ticked`;
  const all = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-tick-all]"));
  if (!all) return;
  all.checked = ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
}

/** @param {Event} event */
function changedByHand(event) {
  const target = /** @type {HTMLInputElement} */ (event.target);
  if (target.matches("[data-tick-all]")) for (const box of boxes()) box.checked = target.checked;
  if (target.matches(".switch select")) target.form?.requestSubmit();
  showBulk();
}

/** Enter in a field of the bar does what stands beside it. @param {KeyboardEvent} event */
function enter(event) {
  const act = event.key === "Enter" && /** @type {Element} */ (event.target).closest?.(".bulk-act");
  if (!act || !/** @type {Element} */ (event.target).matches("input, select")) return;
  event.preventDefault();
  act.querySelector("button")?.click();
}

function arrange() {
  localTimes(document);
  tick();
  age();
  showBulk();
}

/** Times that are typed here, and those of pages without script, are those of this browser's zone. */
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  document.cookie = `time_zone=${zone};path=/console/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  for (const named of document.querySelectorAll("[data-zone]")) named.textContent = zone;
}

document.documentElement.classList.add("scripted");
tellZone();
document.addEventListener("change", changedByHand);
document.addEventListener("keydown", enter);
document.body.addEventListener("htmx:afterSettle", arrange);
document.body.addEventListener("htmx:afterRequest", () => isDue && changed());
setInterval(() => (tick(), age()), 15_000);
offerKeys();
arrange();
if (!document.querySelector("[data-conversation]")) {
  const live = new Live();
  keepTrue(live);
  live.follow("me");
}
