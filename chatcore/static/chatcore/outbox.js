/**
 * What was said and not yet acknowledged. Each frame carries a ref that the page mints, so sending
 * it again is harmless: the server answers a repeat with the first acknowledgement. The box is kept
 * in the tab's storage, so that a reload in the middle of a tunnel loses nothing; under the name of
 * who wrote it, so that nobody who signs in after them says it.
 */
const RETRY = 8_000;
const WAIT_AND_SEE = new Set(["rate_limited", "unavailable"]);
const KEY = `chatcore.outbox.${document.body.dataset.user}`;

/** A UUID, also on plain http where crypto.randomUUID is missing. @returns {string} */
export function newRef() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** @returns {any[]} */
function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

export class Outbox {
  /** @param {import("./live.js").Live} live */
  constructor(live) {
    this.live = live;
    /** @type {Map<string, {frame: any, done: Function, fail: Function, at: number}>} */
    this.waiting = new Map();
    /** Frames of an earlier load of this page; the page shows them again. @type {any[]} */
    this.left = stored();
    for (const frame of this.left) this.add(frame).catch(() => {});
    setInterval(() => this.flush(Date.now() - RETRY), 2_000);
  }

  /** @param {any} frame @returns {Promise<any>} resolves with the ack, rejects with the error frame */
  add(frame) {
    frame.ref ??= newRef();
    return new Promise((done, fail) => {
      this.waiting.set(frame.ref, { frame, done, fail, at: 0 });
      this.keep();
      this.flush(0);
    });
  }

  /** Send, in the order of saying, what was last tried before `before`. */
  flush(before = Infinity) {
    for (const entry of this.waiting.values()) {
      if (entry.at <= before && this.live.tell(entry.frame)) entry.at = Date.now();
    }
  }

  /** @param {any} ack */
  settle(ack) {
    const entry = this.waiting.get(ack.ref);
    this.waiting.delete(ack.ref);
    this.keep();
    entry?.done(ack);
    if (entry) this.live.emit("ack", { ...ack, frame: entry.frame });
  }

  /** @param {any} error @returns {boolean} whether the error was about something of ours */
  refuse(error) {
    const entry = this.waiting.get(error.ref);
    if (!entry) return false;
    if (WAIT_AND_SEE.has(error.code)) {
      const pause = 1_000 * (error.retry_after ?? 2);
      entry.at = Date.now() + pause - RETRY; // so that the next flush comes to it then
      return true;
    }
    this.waiting.delete(error.ref);
    this.keep();
    entry.fail(error);
    this.live.emit("unsent", { ...error, frame: entry.frame });
    return true;
  }

  keep() {
    const frames = [...this.waiting.values()].map(({ frame }) => frame);
    try {
      sessionStorage.setItem(KEY, JSON.stringify(frames));
    } catch {
      /* storage is full or forbidden: the box then lives as long as the page */
    }
  }
}
