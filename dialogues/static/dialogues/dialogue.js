/** A dialogue, live: the answer streams in, and its citations open beside it. */
import { Live } from "../chatcore/live.js";
import { Thread } from "../chatcore/thread.js";
import { Composer } from "../chatcore/composer.js";
import { Pending } from "../chatcore/pending.js";
import { announce, loadEarlier, showConnection } from "../chatcore/page.js";
import { keepShelves, renameOnShelf } from "../chatcore/shelves.js";
import { Reply } from "./reply.js";
import { offerReader } from "./reader.js";
import { keepMemory } from "./memory.js";
import { showVerdicts, takeVerdicts } from "./feedback.js";
import { askAgain, showAnswer } from "./answer.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const topic = root.dataset.topic ?? "";
const answerer = root.dataset.answerer ?? "The book";
const live = new Live();
const thread = new Thread(root);
const reply = new Reply(thread, answerer);
const memoryChanged = keepMemory();
const suggestions = document.querySelector("[data-suggestions]");
const stop = /** @type {HTMLButtonElement} */ (document.querySelector("[data-stop]"));

/** What a citation is called; pages.py says the same. @param {any} reference */
function placeOf(reference) {
  const chapter = reference.chapter_number;
  const where = chapter ? `Chapter ${chapter}` : "Front matter";
  if (reference.reference_type === "character_memory" && !reference.passage) return "Remembered";
  if (reference.reference_type === "chapter") return where;
  if (reference.reference_type === "page") return `Page ${reference.page_number}`;
  return `${where}, paragraph ${reference.paragraph_index}`;
}

/** @param {any} reference @param {string} content @returns {import("../chatcore/thread.js").Citation} */
function citation(reference, content) {
  const quote = reference.highlighted_text || reference.source_text;
  const chapter = reference.chapter_number;
  return {
    url: chapter === null ? "" : `${root.dataset.bookUrl}chapters/${chapter}/#p${reference.paragraph_index ?? 1}`,
    place: placeOf(reference),
    quote,
    inline: Boolean(quote) && content.includes(quote),
  };
}

/** @param {any} message @returns {import("../chatcore/thread.js").Line} */
function line(message) {
  const mine = message.role === "user";
  /** @type {any[]} */
  const references = message.references ?? [];
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
    citations: root.dataset.bookUrl ? references.map((row) => citation(row, message.content)) : [],
  };
}

/** What I ask, before it is stored. @param {string} content */
const asked = (content) => line({ role: "user", id: "", seq: 0, content, created_at: new Date().toISOString() });
const pending = new Pending(live, thread, topic, asked, (ack) => created({ ...ack, role: "user" }));

/** A tool's answer is for the model, not for the reader. @param {any} message */
function created(message) {
  if (message.role !== "user" && message.role !== "assistant") return;
  const mine = message.role === "user";
  if (mine) pending.settle(message);
  if (mine) suggestions?.remove();
  document.querySelector("[data-unanswered]")?.remove();
  if (thread.find(message.id)) return show(message);
  if (!mine) reply.remove();
  show(message);
  if (mine) reply.expect();
  else announce(`${answerer} has answered. ${message.content}`);
  working();
}

/** @param {any} message */
function show(message) {
  const item = thread.show(line(message));
  showVerdicts(item, message);
  showAnswer(item, message);
}

/** What is not on the page yet comes with "Earlier messages". @param {any} message */
function changed(message) {
  if (thread.find(message.id)) show(message);
}

/** The stop button is there while there is something to stop. */
function working() {
  stop.hidden = !reply.underway;
  root.setAttribute("aria-busy", String(reply.underway));
}

/** @type {Record<string, (data: any) => void>} */
const handlers = {
  "message.created": created,
  "message.edited": changed,
  "message.deleted": changed,
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
    memoryChanged();
  },
};

live.addEventListener("event", (event) => {
  const { topic: of, type, data } = /** @type {CustomEvent} */ (event).detail;
  if (of !== topic) return;
  handlers[type]?.(data);
  working();
});
stop.addEventListener("click", () => live.tell({ op: "cancel", topic }));
suggestions?.addEventListener("submit", (event) => {
  event.preventDefault();
  pending.say(/** @type {HTMLButtonElement} */ (/** @type {SubmitEvent} */ (event).submitter).value);
  suggestions.remove();
  document.getElementById("composer-box")?.focus();
});

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-composer]"));
new Composer(form, topic, (content) => pending.say(content));
offerReader(root);
takeVerdicts(root);
askAgain(root, () => {
  reply.expect();
  working();
  thread.toEnd();
});
showConnection(live);
loadEarlier();
keepShelves(live);
if (root.dataset.working === "true") reply.expect();
working();
live.follow(topic, Number(root.dataset.version));
live.follow("me");
