/** The page in the widget's frame: begin or go on, and tell the page around it what is unread. */
import { Guest, Refused } from "./guest.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const start = /** @type {HTMLElement} */ (document.querySelector("[data-start]"));
const form = /** @type {HTMLFormElement} */ (start.querySelector("form"));
const origins = (document.body.dataset.origins ?? "").split(" ");
const guest = new Guest(new URLSearchParams(location.search).get("remember") !== "no");
/** @type {import("./talk.js").Talk | null} */
let talk = null;
let around = ""; // the origin of the page around us, once it has said hello
let isOpen = parent === window;
let unread = 0;

/** @param {object} words */
const tell = (words) => around && parent.postMessage(words, around);

addEventListener("message", ({ origin, source, data }) => {
  if (source !== parent || !origins.includes(origin)) return;
  if (data?.chatcore === "hello") {
    around = origin;
    isOpen = Boolean(data.open);
    tell({ chatcore: "runs", runs: Boolean(talk) });
    if (isOpen) opened();
    else count(unread);
  } else if (data?.chatcore === "opened") opened();
  else if (data?.chatcore === "closed") isOpen = false;
});
document.querySelector("[data-close]")?.addEventListener("click", () => tell({ chatcore: "close" }));
addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && tell({ chatcore: "close" }));

function opened() {
  isOpen = true;
  count(0);
  talk?.readAll();
  const box = talk ? root.querySelector("#composer-box") : form.querySelector("textarea");
  /** @type {HTMLElement | null} */ (box)?.focus();
}

/** @param {number} number */
function count(number) {
  unread = number;
  tell({ chatcore: "unread", count: unread });
}

/** @param {boolean} runs */
function show(runs) {
  root.hidden = !runs;
  start.hidden = runs;
  tell({ chatcore: "runs", runs });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  button.disabled = true;
  try {
    if (!guest.known) await guest.become(String(fields.get("name") ?? "").trim());
    const { newRef } = await outbox();
    const ref = (form.dataset.ref ||= newRef()); // sent again after a failure, it is one message
    const state = await guest.api("POST", "support/room/", { content: String(fields.get("content")), client_ref: ref });
    await enter(state.room);
    /** @type {HTMLElement | null} */ (root.querySelector("#composer-box"))?.focus();
  } catch (error) {
    refuse(/** @type {Error} */ (error));
  }
  button.disabled = false;
});

/** @param {Error} error */
function refuse(error) {
  const place = /** @type {HTMLElement} */ (start.querySelector("[data-refused]"));
  place.textContent = error instanceof Refused ? error.message : "You are offline. Try again when the connection is back.";
  place.hidden = false;
}

/** The outbox is kept under who writes, so it is loaded once that is known. */
function outbox() {
  document.body.dataset.user = guest.user;
  return import("../chatcore/outbox.js");
}

/** @param {string} room */
async function enter(room) {
  await outbox();
  const [{ Live }, { Talk }, { putAbove }] = await Promise.all([
    import("../chatcore/live.js"), import("./talk.js"), import("../chatcore/page.js"),
  ]);
  // The room before its messages: what is said in between comes twice and is shown once.
  const about = await guest.api("GET", `rooms/${room}/`);
  const shownAt = `/widget/rooms/${room}/`;
  const page = await guest.load(`${shownAt}messages/`);
  root.dataset.topic = `room:${room}`;
  /** @type {HTMLElement} */ (root.querySelector("[data-thread]")).dataset.of = `room:${room}`;
  putAbove(page);
  const composer = /** @type {HTMLFormElement} */ (root.querySelector("[data-composer]"));
  composer.dataset.attach = `/api/v1/rooms/${room}/attachments/`;
  show(true);
  const live = new Live("/ws/v1/", guest.ticket);
  live.addEventListener("state", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.state === "signed-out") begin();
  });
  const who = { room, me: guest.user, name: guest.name, version: about.version };
  talk = new Talk(root, live, who, guest.api, {
    sign: guest.sign,
    shownAt,
    load: guest.load,
    addressOf: guest.addressOf,
    moved: again, // we then enter the room in which it goes on
    away: again,
    heard: () => isOpen || count(unread + 1),
    readable: () => isOpen,
  });
  count(isOpen ? 0 : about.unread_count);
  talk.readAll();
}

/** The frame from its beginning, with the same guest. */
function again() {
  guest.carry();
  location.reload();
}

/** Nobody any more: the next words begin anew. */
function begin() {
  guest.keep(null);
  location.reload();
}

document.querySelector("[data-again]")?.addEventListener("click", () => {
  talk = null;
  again(); // what was rated has ended, so this shows the start
});

async function resume() {
  if (!guest.known) return show(false);
  try {
    const state = await guest.api("GET", "support/room/");
    if (state) await enter(state.room);
    else show(false);
  } catch (error) {
    if (/** @type {Refused} */ (error).status === 401) begin();
    else setTimeout(resume, 5_000); // a bad network: what was said waits in the outbox
  }
}

resume();
