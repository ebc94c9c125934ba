/**
 * A small client of the live socket `/ws/v1/`: one connection for all topics of a page.
 *
 * The socket is a hint, the version is the truth: each lasting event carries the next version of
 * its topic. A repeat is dropped; a hole waits a moment for its missing piece and then asks the
 * server to replay; a heartbeat that knows a higher version does the same.
 *
 * Events of this target: `state` (connecting, online, offline, signed-out), `subscribed`, `event`,
 * `reset`, `revoked`, `refused`. Sending with retry lives in outbox.js.
 */
import { Outbox } from "./outbox.js";

const SILENCE = 50_000; // two heartbeats and a half
const PATIENCE = 400; // how long a hole may stay open before a replay is asked for
const LONGEST_PAUSE = 20_000;
const SIGNED_OUT = 4001;

/** @typedef {{version: number | null, live: boolean, held: Map<number, object>, timer: number}} Topic */

export class Live extends EventTarget {
  /**
   * @param {string} [path]
   * @param {() => Promise<string>} [ticket] where no cookie says who I am: a fresh one for each opening
   */
  constructor(path = "/ws/v1/", ticket) {
    super();
    this.ticket = ticket;
    this.url = new URL(path, location.href.replace(/^http/, "ws"));
    /** @type {Map<string, Topic>} */
    this.topics = new Map();
    this.outbox = new Outbox(this);
    this.state = "connecting";
    this.tries = 0;
    this.heard = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.socket?.close());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    setInterval(() => this.watch(), 5_000);
    this.connect();
  }

  /**
   * Follow a topic from the version the page was rendered with; null means from now on.
   * @param {string} topic @param {number | null} version
   */
  follow(topic, version = null) {
    this.topics.set(topic, { version, live: false, held: new Map(), timer: 0 });
    if (this.state === "online") this.subscribe(topic);
  }

  /** Send a frame that may be lost: typing, read, cancel. @param {object} frame */
  tell(frame) {
    // In an outage the socket is closing for a while before the state says so.
    if (this.state !== "online" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Send a frame until it is acknowledged or refused. @param {object} frame @returns {Promise<any>} */
  ask(frame) {
    return this.outbox.add(frame);
  }

  async connect() {
    clearTimeout(this.pause);
    this.enter("connecting");
    const url = new URL(this.url);
    try {
      if (this.ticket) url.searchParams.set("ticket", await this.ticket());
    } catch (/** @type {any} */ refused) {
      return this.lose(refused?.status === 401 ? SIGNED_OUT : 1006);
    }
    const socket = (this.socket = new WebSocket(url));
    socket.onmessage = ({ data }) => socket === this.socket && this.receive(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.socket && this.lose(code);
    this.heard = Date.now();
  }

  /** Back off with jitter, so that a thousand clients do not knock at once. @param {number} code */
  lose(code) {
    this.socket = null;
    for (const topic of this.topics.values()) topic.live = false;
    if (code === SIGNED_OUT) return this.enter("signed-out");
    this.enter("offline");
    const longest = Math.min(LONGEST_PAUSE, 500 * 2 ** this.tries++);
    this.pause = setTimeout(() => this.connect(), longest * (0.5 + Math.random() / 2));
  }

  /** The network or the reader came back: do not wait for the pause to end. */
  hurry() {
    if (this.state === "offline") this.connect();
    else this.watch();
  }

  watch() {
    if (!this.socket || Date.now() - this.heard < SILENCE) return;
    const silent = this.socket;
    silent.onclose = null;
    silent.close();
    this.lose(1006);
  }

  /** @param {string} state */
  enter(state) {
    this.state = state;
    this.emit("state", { state });
  }

  /** @param {string} name @param {object} detail */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** @param {string} name */
  subscribe(name) {
    const topic = this.topics.get(name);
    if (!topic) return;
    this.quiet(topic);
    topic.live = false;
    const after = topic.version === null ? {} : { after_version: topic.version };
    this.tell({ op: "subscribe", topic: name, ...after });
  }

  /** @param {any} frame */
  receive(frame) {
    this.heard = Date.now();
    const topic = this.topics.get(frame.topic);
    switch (frame.op) {
      case "ready":
        this.tries = 0;
        this.user = frame.user;
        this.enter("online");
        for (const name of this.topics.keys()) this.subscribe(name);
        return this.outbox.flush();
      case "subscribed":
        if (topic) {
          topic.version = Math.max(topic.version ?? 0, frame.version ?? 0);
          topic.live = true;
        }
        return this.emit("subscribed", frame);
      case "reset":
      case "revoked":
        if (frame.op === "revoked") this.topics.delete(frame.topic);
        return this.emit(frame.op, frame);
      case "event":
        return topic && this.take(topic, frame);
      case "ack":
        return this.outbox.settle(frame);
      case "error":
        return this.outbox.refuse(frame) || this.emit("refused", frame);
      case "heartbeat":
        return this.compare(frame.versions ?? {});
    }
  }

  /** @param {Topic} topic @param {any} frame */
  take(topic, frame) {
    const { version } = frame;
    const before = frame.after ?? version - 1; // what lies between is not mine to see
    if (version === undefined || version === null) return this.emit("event", frame);
    const known = topic.version;
    if (known !== null && version <= known) return;
    if (topic.live && known !== null && before > known) return this.hold(topic, frame);
    topic.version = version;
    this.emit("event", frame);
    const next = [...topic.held.values()].find((held) => (held.after ?? held.version - 1) <= version);
    if (!next) return;
    topic.held.delete(next.version);
    if (!topic.held.size) this.quiet(topic);
    this.take(topic, next);
  }

  /** @param {Topic} topic @param {any} frame */
  hold(topic, frame) {
    topic.held.set(frame.version, frame);
    topic.timer ||= setTimeout(() => this.subscribe(frame.topic), PATIENCE);
  }

  /** @param {Topic} topic */
  quiet(topic) {
    clearTimeout(topic.timer);
    topic.timer = 0;
    topic.held.clear();
  }

  /** @param {Record<string, number>} versions what the server says each topic has reached */
  compare(versions) {
    for (const [name, version] of Object.entries(versions)) {
      const topic = this.topics.get(name);
      if (topic?.live && version > (topic.version ?? 0)) this.subscribe(name);
    }
  }
}
