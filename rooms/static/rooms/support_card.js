/** Where a conversation with support stands, live: the queue, who helps, the rating at the end. */
import { announce } from "../chatcore/page.js";

const EVERY = 15_000; // while one waits, others before one are served without an event for us

/** @typedef {(method: string, path: string, body?: object) => Promise<any>} Api rejects with an Error */

/** What a refusal says to people: by field where it names fields. @param {any} problem */
export function wordsOf(problem) {
  const [first] = Object.values(problem?.errors ?? {}).flat();
  return String(first || problem?.detail || problem?.title || "That did not work. Try again.");
}

export class SupportCard {
  /**
   * @param {HTMLElement} root @param {Api} api @param {string} room
   * @param {(room: string) => void} moved the conversation goes on in another room
   */
  constructor(root, api, room, moved) {
    Object.assign(this, { root, api, room, moved });
    this.state = { stage: root.dataset.stage, escalation: null };
    this.doing = { person: () => this.askForPerson(), rate: (/** @type {any} */ f) => this.rate(f), reopen: () => this.reopen(), transcript: (/** @type {any} */ f) => this.transcript(f) };
    root.addEventListener("submit", (event) => this.submit(event));
    setInterval(() => this.state.stage === "waiting" && this.reload(), EVERY);
  }

  /** @param {SubmitEvent} event */
  async submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const name = /** @type {keyof typeof this.doing} */ (form.dataset.do);
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
    button.disabled = true;
    this.refuse("");
    try {
      await this.doing[name](new FormData(form));
      await this.reload();
    } catch (error) {
      this.refuse(/** @type {Error} */ (error).message);
    }
    button.disabled = false;
  }

  askForPerson() {
    return this.api("POST", `rooms/${this.room}/escalate/`, { to_level: "T1", reason: "The customer has asked for a person." });
  }

  /** @param {FormData} fields */
  async rate(fields) {
    const body = { rating: Number(fields.get("rating")), comment: String(fields.get("comment") ?? "").trim() };
    await this.api("POST", `rooms/${this.room}/rating/`, body);
    announce("Thank you. This helps us to help better.");
  }

  reopen() {
    return this.api("POST", `escalations/${this.state.escalation}/reopen/`);
  }

  /** @param {FormData} fields */
  async transcript(fields) {
    const email = String(fields.get("email"));
    await this.api("POST", `rooms/${this.room}/transcript/`, { email });
    const place = /** @type {HTMLDetailsElement} */ (this.root.querySelector("[data-transcript]"));
    place.open = false;
    announce(`The conversation is on its way to ${email}.`);
    this.slot("sent").textContent = `On its way to ${email}.`;
  }

  async reload() {
    const state = await this.api("GET", `rooms/${this.room}/support/`).catch(() => null);
    if (!state) return;
    if (state.room !== this.room) return this.moved(state.room);
    this.show(state);
  }

  /** @param {any} state as `GET rooms/{id}/support/` gives it */
  show(state) {
    if (this.state.summary && state.summary !== this.state.summary) announce(state.summary);
    this.state = state;
    this.root.dataset.stage = state.stage;
    this.root.closest("[data-conversation]")?.toggleAttribute("data-closed", state.stage === "concluded");
    this.slot("summary").textContent = state.summary;
    this.form("person").hidden = !state.may_ask;
    this.form("reopen").hidden = !state.may_reopen;
    this.form("rate").hidden = !state.may_rate;
    this.slot("rated").textContent = state.rating ? `You gave ${state.rating} of 5. Thank you.` : "";
    this.slot("rate-button").textContent = state.rating ? "Change my rating" : "Send my rating";
  }

  /** @param {string} words */
  refuse(words) {
    this.slot("refused").textContent = words;
    this.slot("refused").hidden = !words;
  }

  /** @param {string} name @returns {HTMLElement} */
  slot(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-slot="${name}"]`));
  }

  /** @param {string} name @returns {HTMLElement} */
  form(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`form[data-do="${name}"]`));
  }
}
