/**
 * A conversation with support on a page, whoever the page belongs to: our own, where a cookie says who
 * I am, or the widget's frame, where a token does.
 */
import { Thread } from "../chatcore/thread.js";
import { Composer } from "../chatcore/composer.js";
import { Pending } from "../chatcore/pending.js";
import { announce, fetchPage, loadEarlier, showConnection, showEarlier } from "../chatcore/page.js";
import { Dressing, isPlain } from "./dressing.js";
import { Uploads, showFiles } from "./files.js";
import { lineOf } from "./lines.js";
import { People } from "./people.js";
import { Replying } from "./replying.js";
import { showStreams } from "./streaming.js";
import { SupportCard } from "./support_card.js";

const FEW = 10;
const FOUND = 2_400; // as long as thread.css marks it
const CHANGES = new Set(["escalation.changed", "room.updated", "participant.changed"]);

export class Talk {
  /**
   * @param {HTMLElement} root the conversation @param {import("../chatcore/live.js").Live} live
   * @param {{room: string, me: string, name: string, version: number}} who
   * @param {import("./support_card.js").Api} api
   * @param {{sign: (request: XMLHttpRequest) => Promise<void> | void, moved: (room: string) => void,
   *   shownAt: string, load?: (url: string) => Promise<Document>, away?: () => void,
   *   addressOf?: (url: string) => Promise<string>, heard?: () => void, readable?: () => boolean}} hooks
   *   `shownAt`: below it are the room's messages as the server shows them; `load` fetches them
   */
  constructor(root, live, who, api, hooks) {
    Object.assign(this, { root, live, hooks, me: who.me });
    this.topic = `room:${who.room}`;
    this.myself = { id: who.me, display_name: who.name };
    this.thread = new Thread(root);
    this.thread.decorate = (item, line) => showFiles(item, line, hooks.addressOf);
    this.load = hooks.load ?? fetchPage;
    this.dressing = new Dressing(live, this.thread, hooks.shownAt, this.load);
    this.people = new People(live, this.topic, who.me);
    this.people.reload = () => this.listPeople(api, who.room);
    this.people.reload();
    this.jump = /** @type {HTMLButtonElement} */ (root.querySelector("[data-jump]"));
    /** @param {string} content */
    const said = (content) => this.line({ id: "", seq: 0, content, created_at: new Date().toISOString(), sender: this.myself });
    this.pending = new Pending(live, this.thread, this.topic, said, (/** @type {any} */ { frame, ...ack }) => {
      this.thread.show(this.line({ ...ack, sender: this.myself }));
      if (frame.reply_to) this.dressing.dress(ack.id);
    });
    this.replying = new Replying(root);
    const card = /** @type {HTMLElement} */ (root.querySelector("[data-support]"));
    this.card = new SupportCard(card, api, who.room, hooks.moved);
    const form = /** @type {HTMLFormElement} */ (root.querySelector("[data-composer]"));
    this.composer = new Composer(form, this.topic, (content) => {
      this.pending.say(content, this.replying.take());
      this.people.typing(false);
    }, () => this.people.typing(true));
    new Uploads(form, this.thread, (content, files) => ({ ...said(content), files }), hooks.sign, (message) => this.created(message));
    this.listen();
    showStreams(live, this.topic, this.thread);
    live.follow(this.topic, who.version);
    live.follow("me");
    this.card.reload();
  }

  /** Who is here, by the API: the page that lists them may be no page of ours. @param {any} api @param {string} room */
  async listPeople(api, room) {
    const { results } = await api("GET", `rooms/${room}/participants/`).catch(() => ({ results: [] }));
    const list = /** @type {HTMLElement} */ (document.querySelector("[data-people]"));
    list.replaceChildren(...results.map((/** @type {any} */ place) => {
      const row = document.createElement("li");
      row.className = "person";
      Object.assign(row.dataset, { user: place.user.id, name: place.user.display_name || place.user.username, read: place.last_read_seq ?? 0 });
      return row;
    }));
    this.people.presence([], []);
    this.people.render();
  }

  listen() {
    this.live.addEventListener("event", (event) => this.hear(/** @type {CustomEvent} */ (event).detail));
    this.live.addEventListener("subscribed", () => this.readAll());
    this.live.addEventListener("state", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.state === "online") this.card.reload();
    });
    this.jump.addEventListener("click", () => {
      this.thread.toEnd();
      this.readAll();
    });
    this.thread.list.addEventListener("submit", (event) => this.card.submit(event)); // a robot offers a person
    this.thread.scroller.addEventListener("click", (event) => this.pressed(event));
    loadEarlier(this.load);
    const newest = /** @type {HTMLElement | null} */ (this.thread.list.lastElementChild);
    if (newest?.classList.contains("robot")) this.showWhole(newest.dataset.id ?? "");
    // After a handover the customer goes on where they were.
    if (this.thread.list.children.length < FEW) showEarlier(this.load);
    this.thread.scroller.addEventListener("scroll", () => this.readAll(), { passive: true });
    document.addEventListener("visibilitychange", () => this.readAll());
    showConnection(this.live, this.hooks.away ?? (() => location.assign("/support/")));
  }

  /** Its citations come with what the server shows. @param {any} message */
  line(message) {
    return { ...lineOf(message, this.me), citations: [] };
  }

  /** @param {Event} event */
  pressed(event) {
    const target = /** @type {Element} */ (event.target);
    const item = /** @type {HTMLElement | null} */ (target.closest(".message"));
    this.thread.list.querySelector(".chosen")?.classList.remove("chosen");
    item?.classList.add("chosen"); // a thumb has no hover: a tap shows the button
    const quote = /** @type {HTMLElement | null} */ (target.closest("a.reply"));
    const reply = item && target.closest('[data-action="reply"]');
    if (!quote && !reply) return;
    event.preventDefault();
    item?.classList.remove("chosen");
    if (quote) this.follow(quote);
    else if (item) this.replying.to(item);
  }

  /** To the message that is quoted above another. @param {HTMLElement} quote */
  async follow(quote) {
    const shown = () => this.thread.scroller.querySelector(`[data-id="${CSS.escape(quote.dataset.quotes ?? "")}"]`);
    while (!shown() && (await showEarlier(this.load)));
    const item = shown();
    item?.scrollIntoView({ block: "center" });
    item?.classList.add("found");
    setTimeout(() => item?.classList.remove("found"), FOUND);
  }

  /** @param {{topic: string, type: string, data: any}} frame */
  hear({ topic, type, data }) {
    if (type === "escalation.notice" || type === "room.joined") this.card.reload();
    if (topic !== this.topic) return;
    if (CHANGES.has(type)) this.card.reload();
    if (type === "message.created") this.created(data);
    else if ((type === "message.edited" || type === "message.deleted") && this.thread.find(data.id)) {
      const wasAtEnd = this.thread.atEnd;
      this.thread.show(this.line(data));
      this.dress(data, wasAtEnd);
      this.dressing.dressQuoters(data);
    }
  }

  /** @param {any} message @param {boolean} wasAtEnd */
  async dress(message, wasAtEnd) {
    await this.dressing.dress(message.id);
    const isWhole = message.message_type === "robot" && message.delivery_status === "delivered";
    if (wasAtEnd && isWhole) this.showWhole(message.id);
  }

  /** An answer that is longer than the window is read from its beginning. @param {string} id */
  showWhole(id) {
    const item = this.thread.find(id);
    if (!item || item !== this.thread.list.lastElementChild || item.offsetHeight < this.thread.scroller.clientHeight) return;
    this.readAll();
    item.scrollIntoView({ block: "start" });
  }

  /** @param {any} message */
  created(message) {
    const fresh = this.line(message);
    if (fresh.mine) this.pending.settle(message);
    const wasAtEnd = this.thread.atEnd;
    const known = this.thread.find(fresh.id);
    const item = this.thread.show(fresh);
    if (!isPlain(message)) this.dress(message, wasAtEnd);
    if (known || fresh.mine) return;
    item.classList.add("arriving");
    this.people.stopped(message.sender?.id);
    announce(`${fresh.author}: ${fresh.content}`);
    this.hooks.heard?.();
    if (wasAtEnd) this.readAll();
    else this.jump.hidden = false;
  }

  /** Tell how far I have read, if I can have read it. */
  readAll() {
    if (document.hidden || !this.thread.atEnd || this.hooks.readable?.() === false) return;
    this.jump.hidden = true;
    this.people.read(this.thread.last);
  }
}
