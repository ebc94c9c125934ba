/** What was just said here: shown at once, paler, until the stored message takes its place. */
import { newRef } from "./outbox.js";
import { complain } from "./page.js";

export class Pending {
  /**
   * @param {import("./live.js").Live} live @param {import("./thread.js").Thread} thread
   * @param {string} topic
   * @param {(content: string, frame: any) => import("./thread.js").Line} lineOf what I said, as a line
   *   without a place
   * @param {(ack: any) => void} stored shows an acknowledged message, unless its event already did
   */
  constructor(live, thread, topic, lineOf, stored) {
    Object.assign(this, { live, thread, topic, lineOf, stored });
    /** @type {Map<string, HTMLElement>} */
    this.items = new Map();
    live.addEventListener("ack", (event) => this.acknowledged(/** @type {CustomEvent} */ (event).detail));
    live.addEventListener("unsent", (event) => this.refused(/** @type {CustomEvent} */ (event).detail));
    for (const frame of live.outbox.left) if (frame.op === "send" && frame.topic === topic) this.show(frame);
  }

  /** @param {string} content @param {object} [more] further fields of the frame */
  say(content, more = {}) {
    complain("");
    const frame = { op: "send", topic: this.topic, ref: newRef(), content, ...more };
    this.show(frame);
    this.live.ask(frame).catch(() => {}); // `refused` below tells
  }

  /** @param {any} frame */
  show(frame) {
    const item = this.thread.place(this.thread.blank(), 0);
    this.thread.fill(item, this.lineOf(frame.content, frame));
    item.classList.add("pending");
    this.note(item, "Sending …");
    this.items.set(frame.ref, item);
    this.thread.toEnd();
  }

  /** The stored message is here, by its event. @param {any} message */
  settle(message) {
    this.take(message.client_ref);
  }

  /** @param {string} ref @returns {boolean} whether it was waiting here */
  take(ref) {
    this.items.get(ref)?.remove();
    return this.items.delete(ref);
  }

  /** @param {any} ack */
  acknowledged(ack) {
    if (this.take(ack.ref) && !this.thread.find(ack.id)) this.stored({ ...ack, content: ack.frame.content });
  }

  /** @param {any} error */
  refused(error) {
    const words = `Not sent: ${error.detail ?? error.code}`;
    const item = this.items.get(error.ref);
    item?.classList.replace("pending", "failed");
    if (item) this.note(item, words);
    complain(words);
  }

  /** @param {HTMLElement} item @param {string} words */
  note(item, words) {
    const place = item.querySelector('[data-slot="state"]');
    if (place) place.textContent = words;
  }
}
