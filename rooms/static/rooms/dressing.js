/**
 * Messages that are more than their words: replies, threads, notes, names, graphs, files. They are shown
 * at once as words and then taken as the server renders them, so that live equals reload.
 */
import { fetchPage } from "../chatcore/page.js";
import { localTimes } from "../chatcore/thread.js";

/** @param {any} message @returns {boolean} whether its words, its author and its time are all of it */
export function isPlain(message) {
  const type = message.message_type ?? "chat";
  return ["chat", "system"].includes(type) && message.audience === "everyone" && !message.edited_at
    && !message.reply_to_message && !message.thread && !message.mentions?.length && !message.attachments?.length;
}

export class Dressing {
  /**
   * @param {import("../chatcore/live.js").Live} live @param {import("../chatcore/thread.js").Thread} thread
   * @param {string} roomUrl @param {(url: string) => Promise<Document>} load
   */
  constructor(live, thread, roomUrl, load = fetchPage) {
    Object.assign(this, { thread, roomUrl, load });
    /** How often each was asked for: the last answer counts. @type {Map<string, number>} */
    this.asked = new Map();
    /** Those that the network kept from us. @type {Set<string>} */
    this.missed = new Set();
    live.addEventListener("subscribed", () => [...this.missed].forEach((id) => this.dress(id)));
  }

  /** @param {string | null | undefined} id of a message on this page, otherwise nothing happens */
  async dress(id) {
    if (!id || !this.thread.find(id)) return;
    const turn = (this.asked.get(id) ?? 0) + 1;
    this.asked.set(id, turn);
    this.missed.delete(id);
    try {
      const page = await this.load(`${this.roomUrl}messages/${id}/`);
      if (this.asked.get(id) === turn) this.replace(id, page);
    } catch {
      this.missed.add(id);
    }
  }

  /** @param {string} id @param {Document} page */
  replace(id, page) {
    const fresh = page.querySelector(".message");
    const old = this.thread.find(id);
    if (!fresh || !old) return;
    localTimes(page);
    const item = document.adoptNode(fresh);
    item.classList.toggle("chosen", old.classList.contains("chosen"));
    old.replaceWith(item);
    this.thread.markFollowing(item);
  }

  /** Who quotes a message that changed, and the one whose thread it is in. @param {any} message */
  dressQuoters(message) {
    this.dress(message.thread);
    for (const quote of this.thread.list.querySelectorAll(`[data-quotes="${CSS.escape(message.id)}"]`)) {
      this.dress(/** @type {HTMLElement | null} */ (quote.closest(".message"))?.dataset.id);
    }
  }
}
