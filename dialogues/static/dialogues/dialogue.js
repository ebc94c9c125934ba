/** A dialogue, live: the answer streams in, and its citations open beside it. */
import { Live } from "../chatcore/live.js";
import { newRef } from "../chatcore/outbox.js";
import { Thread } from "../chatcore/thread.js";
import { Composer } from "../chatcore/composer.js";
import { announce, loadEarlier, showConnection } from "../chatcore/page.js";
import { keepShelves, renameOnShelf } from "../chatcore/shelves.js";
import { Reply } from "./reply.js";
import { offerReader } from "./reader.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const topic = root.dataset.topic ?? "";
const answerer = root.dataset.answerer ?? "The book";
const live = new Live();
const thread = new Thread(root);
const reply = new Reply(thread, answerer);
const stop = /** @type {HTMLButtonElement} */ (document.querySelector("[data-stop]"));
/** @type {Map<string, HTMLElement>} questions that are not acknowledged yet, by ref */
const pending = new Map();

/** @param {any} reference @param {string} content @returns {import("../chatcore/thread.js").Citation} */
function citation(reference, content) {
  const quote = reference.highlighted_text || reference.source_text;
  const chapter = reference.chapter_number;
  const paragraph = reference.paragraph_index;
  return {
    url: `${root.dataset.bookUrl}chapters/${chapter}/#p${paragraph}`,
    place: chapter ? `Chapter ${chapter}, paragraph ${paragraph}` : `Front matter, paragraph ${paragraph}`,
    quote,
    inline: Boolean(quote) && content.includes(quote),
  };
}

/** @param {any} message @returns {import("../chatcore/thread.js").Line} */
function line(message) {
  const mine = message.role === "user";
  return {
    id: message.id,
    seq: message.seq,
    author: mine ? (root.dataset.myName ?? "") : answerer,
    mine,
    kind: message.role,
    content: message.content,
    state: message.error_message || (message.error_code === "cancelled" ? "Stopped" : ""),
    createdAt: message.created_at,
    edited: Boolean(message.edited_at),
    deleted: Boolean(message.deleted_at),
    citations: root.dataset.bookUrl ? (message.references ?? []).map((/** @type {any} */ row) => citation(row, message.content)) : [],
  };
}

/** @param {any} frame */
function showPending(frame) {
  const item = thread.place(thread.blank(), 0);
  const createdAt = new Date().toISOString();
  thread.fill(item, { ...line({ role: "user", id: "", seq: 0, content: frame.content }), createdAt });
  item.classList.add("pending");
  pending.set(frame.ref, item);
  thread.toEnd();
}

/** @param {string} content */
function ask(content) {
  const frame = { op: "send", topic, ref: newRef(), content };
  showPending(frame);
  live.ask(frame).catch(() => {}); // `unsent` below tells
}

/** @param {any} message */
function created(message) {
  const mine = message.role === "user";
  const waiting = mine && [...pending].find(([ref, item]) =>
    message.client_ref ? ref === message.client_ref : item.querySelector(".content")?.textContent === message.content);
  if (waiting) {
    waiting[1].remove();
    pending.delete(waiting[0]);
  }
  if (thread.find(message.id)) return void thread.show(line(message));
  if (!mine) reply.remove(message);
  thread.show(line(message));
  if (mine) reply.expect();
  else announce(`${answerer} has answered. ${message.content}`);
  working();
}

/** The stop button is there while there is something to stop. */
function working() {
  stop.hidden = !reply.underway;
  root.setAttribute("aria-busy", String(reply.underway));
}

/** @type {Record<string, (data: any) => void>} */
const handlers = {
  "message.created": created,
  "message.edited": (message) => void thread.show(line(message)),
  "message.deleted": (message) => void thread.show(line(message)),
  "reply.started": (data) => reply.start(data.reply_id),
  "reply.delta": (data) => reply.grow(data.reply_id, data.offset ?? 0, data.text),
  "reply.completed": () => {},
  "reply.failed": (data) => {
    reply.fail(data.detail || data.code || "The answer failed.");
    announce("The answer failed.");
  },
  "dialogue.updated": (data) => {
    const title = document.querySelector(".conversation-title h1");
    if (title && data.title) title.textContent = data.title;
    if (data.title) renameOnShelf(topic, data.title);
  },
};

live.addEventListener("event", (event) => {
  const { topic: of, type, data } = /** @type {CustomEvent} */ (event).detail;
  if (of !== topic) return;
  handlers[type]?.(data);
  working();
});
live.addEventListener("ack", (event) => {
  const ack = /** @type {CustomEvent} */ (event).detail;
  const item = pending.get(ack.ref);
  if (!item) return;
  pending.delete(ack.ref);
  item.remove();
  created({ ...ack, client_ref: ack.ref, role: "user", content: ack.frame.content });
});
live.addEventListener("unsent", (event) => {
  const refused = /** @type {CustomEvent} */ (event).detail;
  const item = pending.get(refused.ref);
  const words = `Not sent: ${refused.detail ?? refused.code}`;
  item?.classList.replace("pending", "failed");
  const place = item?.querySelector('[data-slot="state"]');
  if (place) place.textContent = words;
  announce(words);
});
stop.addEventListener("click", () => live.tell({ op: "cancel", topic }));

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-composer]"));
const composer = new Composer(form, topic, ask);
for (const chip of document.querySelectorAll("[data-suggestion]")) {
  chip.addEventListener("click", (event) => {
    event.preventDefault();
    composer.box.value = chip.textContent?.trim() ?? "";
    composer.form.requestSubmit();
  });
}
for (const frame of live.outbox.left) if (frame.op === "send" && frame.topic === topic) showPending(frame);
offerReader(root);
showConnection(live);
loadEarlier();
keepShelves(live);
if (root.dataset.working === "true") reply.expect();
working();
live.follow(topic, Number(root.dataset.version));
live.follow("me");
