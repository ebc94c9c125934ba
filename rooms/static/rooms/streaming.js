/**
 * Robots' answers while they are being written. Their messages are in the log already, empty; each is shown
 * with the words so far until the stored one comes as an edit.
 */
import { announce } from "../chatcore/page.js";
import { ReplyText } from "../chatcore/reply_text.js";

/**
 * @param {import("../chatcore/live.js").Live} live @param {string} topic
 * @param {import("../chatcore/thread.js").Thread} thread
 */
export function showStreams(live, topic, thread) {
  /** By reply. @type {Map<string, {message: string, question: string, said: ReplyText}>} */
  const running = new Map();

  /** As a whole: the server may have rendered the message anew meanwhile. @param {string} reply */
  function show(reply) {
    const about = running.get(reply);
    const item = about && thread.find(about.message);
    if (!item) return;
    item.classList.add("streaming");
    /** @type {HTMLElement} */ (item.querySelector('[data-slot="content"]')).textContent = about.said.text;
    offerStop(item, about.question);
  }

  /** Who asked may call it off; what was said stays. @param {HTMLElement} item @param {string} question */
  function offerStop(item, question) {
    const state = /** @type {HTMLElement} */ (item.querySelector('[data-slot="state"]'));
    if (!thread.find(question)?.classList.contains("mine") || state.querySelector("button")) return;
    const stop = document.createElement("button");
    stop.type = "button";
    stop.className = "stop-reply";
    stop.textContent = "Stop";
    stop.addEventListener("click", () => live.tell({ op: "cancel", topic }));
    state.append(" ", stop);
  }

  /** @type {Record<string, (data: any) => void>} */
  const handlers = {
    "reply.started": (data) => {
      running.set(data.reply_id, { message: data.message, question: data.question, said: new ReplyText() });
      show(data.reply_id);
    },
    "reply.delta": (data) => {
      running.get(data.reply_id)?.said.add(data.offset, data.text);
      show(data.reply_id);
    },
    "reply.completed": (data) => {
      const { message, said } = running.get(data.reply_id) ?? {};
      const author = message && thread.find(message)?.dataset.author;
      if (author && said?.text) announce(`${author}: ${said.text}`);
      running.delete(data.reply_id);
    },
    "reply.failed": (data) => running.delete(data.reply_id),
  };

  live.addEventListener("event", (event) => {
    const { topic: of, type, data } = /** @type {CustomEvent} */ (event).detail;
    if (of === topic) handlers[type]?.(data);
  });
}
