/** The box one writes in: Enter sends, Shift+Enter breaks the line, a draft survives a reload. */

const storage = (() => {
  try {
    return sessionStorage;
  } catch {
    return null; // forbidden, as it may be in a frame
  }
})();

export class Composer {
  /**
   * @param {HTMLFormElement} form @param {string} key names the draft
   * @param {(text: string) => void} onSend @param {() => void} [onType]
   */
  constructor(form, key, onSend, onType = () => {}) {
    this.form = form;
    this.box = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    this.key = `chatcore.draft.${document.body.dataset.user}.${key}`;
    this.onSend = onSend;
    this.box.value ||= storage?.getItem(this.key) ?? "";
    form.addEventListener("submit", (event) => this.submit(event));
    this.box.addEventListener("keydown", (event) => this.press(event));
    this.box.addEventListener("input", () => {
      storage?.setItem(this.key, this.box.value);
      this.fit();
      if (this.box.value.trim()) onType();
    });
    this.fit();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    const thumbs = matchMedia("(pointer: coarse)").matches; // there the button sends
    if (event.key !== "Enter" || event.isComposing || !plain || thumbs) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    event.preventDefault();
    const text = this.box.value.trim();
    if (!text) return this.box.focus();
    this.box.value = "";
    storage?.removeItem(this.key);
    this.fit();
    this.box.focus();
    this.onSend(text);
  }

  /** Browsers that know `field-sizing` need no help. */
  fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
  }
}
