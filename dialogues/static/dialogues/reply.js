/**
 * The answer while it is being written. It has no place in the log yet: it stands at the end, grows
 * with each delta, and gives way to the stored message that carries the citations.
 */
import { ReplyText } from "../chatcore/reply_text.js";

export class Reply {
  /** @param {import("../chatcore/thread.js").Thread} thread @param {string} author */
  constructor(thread, author) {
    this.thread = thread;
    this.author = author;
    this.id = "";
    this.text = new ReplyText();
    /** @type {HTMLElement | null} */
    this.item = null;
  }

  get underway() {
    return this.item !== null && !this.item.classList.contains("failed");
  }

  /** A question was stored, so an answer is coming: show that someone is looking. */
  expect() {
    if (!this.item || !this.underway) this.put("");
  }

  /** An answer begins, or begins again from nothing after a failed attempt. @param {string} id */
  start(id) {
    this.put(id);
    const content = this.item?.querySelector('[data-slot="content"]');
    if (content) content.textContent = "";
    this.text = new ReplyText();
  }

  /** @param {string} id */
  put(id) {
    if (this.item && this.underway && (!this.id || this.id === id)) {
      this.id = id;
      return;
    }
    this.item?.remove();
    this.id = id;
    this.text = new ReplyText();
    this.item = this.thread.place(this.thread.blank(), 0);
    this.thread.fill(this.item, {
      id: "", seq: 0, author: this.author, mine: false, kind: "assistant", content: "",
      createdAt: new Date().toISOString(), edited: false, deleted: false, citations: [],
    });
    this.item.classList.add("streaming");
  }

  /** @param {string} id @param {number} offset @param {string} text */
  grow(id, offset, text) {
    if (id !== this.id || !this.item) this.put(id);
    this.item?.querySelector('[data-slot="content"]')?.append(this.text.add(offset, text));
  }

  /** @param {string} why */
  fail(why) {
    if (!this.item) this.put("");
    this.item?.classList.replace("streaming", "failed");
    const place = this.item?.querySelector('[data-slot="state"]');
    if (place) place.textContent = why;
  }

  /** The stored message is here. */
  remove() {
    this.item?.remove();
    this.item = null;
    this.id = "";
  }
}
