/** A room, live: what is said, edited and deleted; who is here, who types, who has read. */
import { Live } from "../chatcore/live.js";
import { newRef } from "../chatcore/outbox.js";
import { Thread } from "../chatcore/thread.js";
import { Composer } from "../chatcore/composer.js";
import { announce, loadEarlier, showConnection } from "../chatcore/page.js";
import { keepShelves } from "../chatcore/shelves.js";
import { People } from "./people.js";
import { offerActions } from "./actions.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const topic = root.dataset.topic ?? "";
const me = root.dataset.me ?? "";
const live = new Live();
const thread = new Thread(root);
const people = new People(live, topic, me);
const jump = /** @type {HTMLButtonElement} */ (document.querySelector("[data-jump]"));
/** @type {Map<string, HTMLElement>} what was said here and is not acknowledged yet, by ref */
const pending = new Map();

/** @param {any} message as `GET …/messages/` gives it @returns {import("../chatcore/thread.js").Line} */
function line(message) {
  const { sender } = message;
  return {
    id: message.id,
    seq: message.seq,
    author: sender?.display_name || sender?.username || "Somebody",
    mine: sender?.id === me,
    kind: message.message_type ?? "chat",
    content: message.content,
    createdAt: message.created_at,
    edited: Boolean(message.edited_at),
    deleted: Boolean(message.deleted_at),
    citations: [],
  };
}

/** Show what was just said at once, paler, until the server has it. @param {any} frame */
function showPending(frame) {
  const item = thread.place(thread.blank(), 0);
  thread.fill(item, {
    id: "", seq: 0, author: root.dataset.myName ?? "", mine: true, kind: "chat", content: frame.content,
    createdAt: new Date().toISOString(), edited: false, deleted: false, citations: [],
  });
  item.classList.add("pending");
  state(item).textContent = "Sending …";
  pending.set(frame.ref, item);
  thread.toEnd();
}

/** @param {Element} item */
const state = (item) => /** @type {HTMLElement} */ (item.querySelector('[data-slot="state"]'));

/** @param {string} content */
function say(content) {
  const frame = { op: "send", topic, ref: newRef(), content };
  showPending(frame);
  people.typing(false);
  live.ask(frame).catch(() => {}); // `unsent` below tells
}

/** A stored message of mine takes the place of its pending one. @param {any} message */
function settle(message) {
  const waiting = [...pending].find(([ref, item]) =>
    message.client_ref ? ref === message.client_ref : item.querySelector(".content")?.textContent === message.content);
  if (!waiting) return;
  waiting[1].remove();
  pending.delete(waiting[0]);
}

/** @param {any} message */
function created(message) {
  const fresh = line(message);
  if (fresh.mine) settle(message);
  const wasAtEnd = thread.atEnd;
  const known = thread.find(fresh.id);
  const item = thread.show(fresh);
  if (known || fresh.mine) return;
  item.classList.add("arriving");
  people.stopped(message.sender?.id);
  announce(`${fresh.author}: ${fresh.content}`);
  if (wasAtEnd) readAll();
  else jump.hidden = false;
}

/** Tell the others how far I have read, if I can have read it. */
function readAll() {
  if (document.hidden || !thread.atEnd) return;
  jump.hidden = true;
  people.read(thread.last);
}

live.addEventListener("event", (event) => {
  const { topic: of, type, data } = /** @type {CustomEvent} */ (event).detail;
  if (of !== topic) return;
  if (type === "message.created") created(data);
  else if (type === "message.edited" || type === "message.deleted") {
    if (thread.find(data.id)) thread.show(line(data));
  } else if (type === "room.updated") renamed(data);
});
live.addEventListener("ack", (event) => {
  const ack = /** @type {CustomEvent} */ (event).detail;
  const item = pending.get(ack.ref);
  if (!item || ack.frame.op !== "send") return;
  pending.delete(ack.ref);
  if (thread.find(ack.id)) return item.remove();
  const { content } = ack.frame;
  item.remove();
  thread.show(line({ ...ack, content, sender: { id: me, username: root.dataset.myName } }));
});
live.addEventListener("unsent", (event) => {
  const refused = /** @type {CustomEvent} */ (event).detail;
  const item = pending.get(refused.ref);
  if (!item) return announce(refused.detail ?? refused.code);
  item.classList.replace("pending", "failed");
  state(item).textContent = `Not sent: ${refused.detail ?? refused.code}`;
  announce(`Not sent: ${refused.detail ?? refused.code}`);
});
live.addEventListener("subscribed", readAll);

/** @param {any} room */
function renamed(room) {
  const title = document.querySelector(".conversation-title h1");
  if (title && room.name) title.textContent = room.name;
}

jump.addEventListener("click", () => {
  thread.toEnd();
  readAll();
});
thread.scroller.addEventListener("scroll", readAll, { passive: true });
document.addEventListener("visibilitychange", readAll);

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-composer]"));
new Composer(form, topic, say, () => people.typing(true));
for (const frame of live.outbox.left) if (frame.op === "send" && frame.topic === topic) showPending(frame);
offerActions(live, topic, thread, announce);
showConnection(live);
loadEarlier();
keepShelves(live);
live.follow(topic, Number(root.dataset.version));
live.follow("me");
