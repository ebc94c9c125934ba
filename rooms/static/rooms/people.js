/** The people of a room: who is here, who is typing, how far each has read. */

const TYPING_LASTS = 6_000; // a client that vanished while typing must not type for ever
const TYPING_EVERY = 3_000;

export class People {
  /** @param {import("../chatcore/live.js").Live} live @param {string} topic @param {string} me */
  constructor(live, topic, me) {
    Object.assign(this, { live, topic, me });
    this.below = /** @type {HTMLElement} */ (document.querySelector("[data-below]"));
    this.count = /** @type {HTMLElement | null} */ (document.querySelector("[data-online-count]"));
    /** @type {Map<string, number>} */
    this.typers = new Map();
    /** @type {Set<string>} */
    this.online = new Set(/** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-user].person.online")])
      .map((row) => row.dataset.user ?? ""));
    this.sent = 0;
    this.readUpTo = 0;
    live.addEventListener("event", (event) => this.hear(/** @type {CustomEvent} */ (event).detail));
    this.offerPanel();
    this.presence([me], []);
    this.render();
  }

  /** @param {string} id @returns {HTMLElement | null} */
  row(id) {
    return document.querySelector(`.person[data-user="${CSS.escape(id)}"]`);
  }

  /** @param {any} frame */
  hear({ topic, type, data }) {
    if (topic !== this.topic) return;
    if (type === "typing") this.someoneTypes(data.user, data.on);
    else if (type === "read") this.someoneRead(data.user, data.seq);
    else if (type === "presence") this.presence(data.online ?? [], data.offline ?? []);
    else if (type === "participant.changed") this.reload();
  }

  /** @param {string[]} came @param {string[]} went */
  presence(came, went) {
    for (const id of came) this.online.add(id);
    for (const id of went) this.online.delete(id);
    for (const row of document.querySelectorAll(".person")) {
      row.classList.toggle("online", this.online.has(/** @type {HTMLElement} */ (row).dataset.user ?? ""));
    }
    const others = [...this.online].filter((id) => id !== this.me && this.row(id));
    if (this.count) this.count.textContent = others.length ? ` · ${others.length + 1} here now` : "";
  }

  /** @param {string} id @param {boolean} on */
  someoneTypes(id, on) {
    if (id === this.me) return;
    clearTimeout(this.typers.get(id));
    if (on) this.typers.set(id, setTimeout(() => this.stopped(id), TYPING_LASTS));
    else this.typers.delete(id);
    this.render();
  }

  /** @param {string} [id] */
  stopped(id) {
    if (id) this.someoneTypes(id, false);
  }

  /** @param {string} id @param {number} seq */
  someoneRead(id, seq) {
    const row = this.row(id);
    if (row) row.dataset.read = String(Math.max(seq, Number(row.dataset.read ?? 0)));
    this.render();
  }

  /** One line below the thread: who types, otherwise who has seen my last message. */
  render() {
    this.below.classList.toggle("seen", !this.typers.size);
    const names = [...this.typers.keys()].map((id) => this.row(id)?.dataset.name ?? "Somebody");
    if (names.length) {
      this.below.textContent = `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing …`;
      return;
    }
    const last = /** @type {HTMLElement | null} */ (document.querySelector("[data-thread] > .message:last-child"));
    const seq = Number(last?.dataset.seq || Infinity);
    const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".person")]);
    const seen = last?.classList.contains("mine")
      ? rows.filter((row) => row.dataset.user !== this.me && Number(row.dataset.read) >= seq)
      : [];
    this.below.textContent = seen.length ? `Seen by ${seen.map((row) => row.dataset.name).join(", ")}` : "";
  }

  /** Tell that I type, now and then; and once that I stopped. @param {boolean} on */
  typing(on) {
    if (on ? Date.now() - this.sent < TYPING_EVERY : !this.sent) return;
    this.sent = on ? Date.now() : 0;
    this.live.tell({ op: "typing", topic: this.topic, on });
    clearTimeout(this.pause);
    if (on) this.pause = setTimeout(() => this.typing(false), TYPING_LASTS);
  }

  /** @param {number} seq */
  read(seq) {
    if (seq > this.readUpTo && this.live.tell({ op: "read", topic: this.topic, seq })) this.readUpTo = seq;
  }

  /** Someone joined, left or changed: take the list as the server renders it. */
  async reload() {
    const { fetchPage } = await import("../chatcore/page.js");
    const fresh = (await fetchPage(location.pathname)).querySelector("[data-people]");
    if (fresh) document.querySelector("[data-people]")?.replaceWith(document.adoptNode(fresh));
    this.presence([], []);
    this.render();
  }

  /** The list beside the room opens and closes; without script its link is a page. */
  offerPanel() {
    const panel = /** @type {HTMLElement} */ (document.getElementById("people"));
    for (const handle of document.querySelectorAll("[data-people-toggle]")) {
      handle.addEventListener("click", (event) => {
        event.preventDefault();
        panel.hidden = !panel.hidden;
        document.querySelector("[data-people-toggle]")?.setAttribute("aria-expanded", String(!panel.hidden));
        if (!panel.hidden) panel.querySelector("h2")?.focus();
      });
    }
  }
}
