/** What stands above the box: the message one replies to, the thread one is in, whether it is a note. */

const WORDS = 120;

export class Replying {
  /** @param {HTMLElement} root the conversation */
  constructor(root) {
    this.roomUrl = root.dataset.roomUrl ?? "";
    this.thread = root.dataset.threadRoot;
    this.line = /** @type {HTMLElement | null} */ (root.querySelector("[data-replying]"));
    this.field = /** @type {HTMLInputElement | null} */ (root.querySelector("input[name=reply_to]"));
    this.note = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-note]"));
    this.box = /** @type {HTMLTextAreaElement | null} */ (root.querySelector("#composer-box"));
    root.querySelector("[data-stop-replying]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.stop();
      this.box?.focus();
    });
    this.box?.addEventListener("keydown", (event) => event.key === "Escape" && this.stop());
    this.box?.form?.addEventListener("change", () => this.mark()); // the note's switch, or the tab beside it
    this.mark();
  }

  /** @param {HTMLElement} item a message */
  to(item) {
    if (!this.line || !this.field) return;
    const words = item.querySelector('[data-slot="content"]')?.textContent ?? "";
    this.write("[data-replying-to]", item.dataset.author ?? "");
    this.write("[data-replying-words]", words.length > WORDS ? `${words.slice(0, WORDS - 1)}…` : words);
    this.field.value = item.dataset.id ?? "";
    this.line.hidden = false;
    // An answer to a private note is a private note.
    if (this.note && item.classList.contains("note")) this.note.checked = true;
    this.mark();
    this.box?.focus();
  }

  /** @param {string} place @param {string} text */
  write(place, text) {
    const found = this.line?.querySelector(place);
    if (found) found.textContent = text;
  }

  stop() {
    if (this.field) this.field.value = "";
    if (this.line) this.line.hidden = true;
  }

  mark() {
    this.box?.form?.classList.toggle("noting", Boolean(this.note?.checked));
  }

  /** The fields that go with what is sent now. A note stays one until its switch is turned. */
  take() {
    const fields = {
      ...(this.field?.value && { reply_to: this.field.value }),
      ...(this.thread && { thread: this.thread }),
      ...this.audience(),
    };
    this.stop();
    return fields;
  }

  /** Whom it is for. @returns {{audience?: "staff"}} */
  audience() {
    return this.note?.checked ? { audience: "staff" } : {};
  }
}
