/**
 * The list of messages. The server renders each with `_message.html`, and renders the same partial
 * once, empty, into a <template>; this file fills that, so first load and live insert are one
 * markup. Everything people or models wrote goes in as text, never as HTML.
 */
import { quotedParts } from "./quotations.js";

/**
 * @typedef {{id: string, seq: number, author: string, mine: boolean, kind: string, content: string,
 *   createdAt: string, edited: boolean, deleted: boolean, citations: Citation[], state?: string}} Line
 * @typedef {{url: string, place: string, quote: string, inline?: boolean}} Citation
 */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** @param {string} iso */
export function shortTime(iso) {
  const at = new Date(iso);
  return (at.toDateString() === new Date().toDateString() ? clock : dayAndClock).format(at);
}

/** Turn the server's UTC times into the reader's. @param {ParentNode} root */
export function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-ago])")) {
    if (time.getAttribute("datetime")) time.textContent = shortTime(time.getAttribute("datetime") ?? "");
  }
}

/** @param {Element} root @param {string} name @returns {HTMLElement} */
function slot(root, name) {
  return /** @type {HTMLElement} */ (root.querySelector(`[data-slot="${name}"]`));
}

export class Thread {
  /** @param {HTMLElement} root an element that holds the list, the template and the scroller */
  constructor(root) {
    this.list = /** @type {HTMLElement} */ (root.querySelector("[data-thread]"));
    this.scroller = /** @type {HTMLElement} */ (root.querySelector("[data-scroller]"));
    this.template = /** @type {HTMLTemplateElement} */ (document.getElementById("message-template"));
    /** What an app adds to each line it fills. @type {(item: HTMLElement, line: any) => void} */
    this.decorate = () => {};
    localTimes(this.list);
    this.list.querySelectorAll(".message").forEach((item) => this.markFollowing(item));
  }

  /** @param {string} id */
  find(id) {
    return /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-id="${CSS.escape(id)}"]`));
  }

  get last() {
    const items = this.list.querySelectorAll("[data-seq]:not([data-seq=''])");
    return Number(/** @type {HTMLElement} */ (items[items.length - 1])?.dataset.seq ?? 0);
  }

  /** Whether the reader is at the newest message (the scroller is column-reverse: 0 is the end). */
  get atEnd() {
    return Math.abs(this.scroller.scrollTop) < 80;
  }

  toEnd() {
    this.scroller.scrollTop = 0;
  }

  /** Insert or change a message; the place is its seq. @param {Line} line */
  show(line) {
    const item = this.find(line.id) ?? this.place(this.blank(), line.seq);
    this.fill(item, line);
    this.markFollowing(item);
    if (item.nextElementSibling) this.markFollowing(item.nextElementSibling);
    return item;
  }

  /** @returns {HTMLElement} */
  blank() {
    const copy = /** @type {DocumentFragment} */ (this.template.content.cloneNode(true));
    return /** @type {HTMLElement} */ (copy.firstElementChild);
  }

  /** @param {HTMLElement} item @param {number} seq 0 = at the end, for what has no seq yet */
  place(item, seq) {
    const items = /** @type {NodeListOf<HTMLElement>} */ (this.list.querySelectorAll(".message"));
    let before = null;
    for (let i = items.length - 1; seq && i >= 0; i--) {
      const other = Number(items[i].dataset.seq || Infinity);
      if (other < seq) break;
      before = items[i];
    }
    this.list.insertBefore(item, before);
    this.list.closest("[data-conversation]")?.querySelector("[data-empty]")?.remove();
    return item;
  }

  /** @param {HTMLElement} item @param {Line} line */
  fill(item, line) {
    item.dataset.id = line.id;
    item.dataset.seq = line.seq ? String(line.seq) : "";
    item.dataset.author = line.author;
    if (line.seq) item.id = `m${line.seq}`;
    item.className = `message ${line.kind}`;
    item.classList.toggle("mine", line.mine);
    item.classList.toggle("deleted", line.deleted);
    slot(item, "initial").textContent = line.author.slice(0, 1).toUpperCase();
    slot(item, "author").textContent = line.author;
    if (line.deleted) slot(item, "content").textContent = "This message was deleted.";
    else slot(item, "content").replaceChildren(...quotedParts(line.content, line.citations));
    slot(item, "edited").hidden = !line.edited || line.deleted;
    slot(item, "state").textContent = line.state ?? "";
    const time = slot(item, "time");
    time.setAttribute("datetime", line.createdAt);
    time.textContent = shortTime(line.createdAt);
    this.cite(slot(item, "citations"), line.citations);
    this.decorate(item, line);
  }

  /** @param {HTMLElement} list @param {Citation[]} citations */
  cite(list, citations) {
    const blank = /** @type {HTMLTemplateElement} */ (document.getElementById("citation-template"));
    list.hidden = !citations.length;
    if (!blank) return;
    list.replaceChildren(...citations.map((citation) => {
      const item = /** @type {DocumentFragment} */ (blank.content.cloneNode(true));
      const root = /** @type {Element} */ (item.firstElementChild);
      slot(root, "link").setAttribute("href", citation.url);
      slot(root, "quote").textContent = citation.quote;
      slot(root, "place").textContent = citation.place;
      root.classList.toggle("inline", Boolean(citation.inline));
      return item;
    }));
  }

  /** Several messages of one author in a row read as one block. @param {Element} item */
  markFollowing(item) {
    const before = /** @type {HTMLElement | null} */ (item.previousElementSibling);
    const same = before?.dataset.author === /** @type {HTMLElement} */ (item).dataset.author;
    const begins = !before?.classList.contains("message") || before.classList.contains("system");
    item.classList.toggle("following", same && !begins);
  }
}
