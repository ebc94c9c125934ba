/** Verdicts below answers, without loading the page again; without script each is a form. */
import { announce, complain } from "../chatcore/page.js";

const THANKS = { helpful: "Marked as helpful.", unhelpful: "Marked as not helpful.", incorrect: "Marked as incorrect. Somebody will look at it." };

/** Show a stored answer's buttons. @param {HTMLElement} item @param {any} message */
export function showVerdicts(item, message) {
  const part = /** @type {HTMLElement | null} */ (item.querySelector('[data-slot="feedback"]'));
  if (part) part.hidden = message.role !== "assistant" || Boolean(message.deleted_at) || !message.reply_to_message;
}

/** @param {HTMLElement} part @param {string} verdict "" for none */
function press(part, verdict) {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (part.querySelectorAll("[data-verdict]"))) {
    const pressed = button.dataset.verdict === verdict;
    button.setAttribute("aria-pressed", String(pressed));
    button.value = pressed ? "withdraw" : (button.dataset.verdict ?? "");
  }
  const words = /** @type {HTMLFormElement} */ (part.querySelector("[data-words]"));
  words.hidden = !verdict || verdict === "helpful";
  /** @type {HTMLInputElement} */ (words.elements.namedItem("feedback_type")).value = verdict;
  if (!verdict) /** @type {HTMLInputElement} */ (words.elements.namedItem("feedback_text")).value = "";
}

/** @param {HTMLFormElement} form @param {string} id @param {string} verdict @param {string} text */
async function tell(form, id, verdict, text) {
  const token = /** @type {HTMLInputElement} */ (form.elements.namedItem("csrfmiddlewaretoken")).value;
  const answer = await fetch(`/api/v1${location.pathname}messages/${id}/feedback/`, {
    method: verdict ? "PUT" : "DELETE",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    credentials: "same-origin",
    body: verdict ? JSON.stringify({ feedback_type: verdict, feedback_text: text }) : undefined,
  });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? `${answer.status}`);
}

/** @param {HTMLElement} root */
export function takeVerdicts(root) {
  root.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const part = /** @type {HTMLElement | null} */ (form.closest('[data-slot="feedback"]'));
    if (!part) return;
    event.preventDefault();
    const id = form.closest(".message")?.getAttribute("data-id") ?? "";
    const asked = form.matches("[data-words]")
      ? /** @type {HTMLInputElement} */ (form.elements.namedItem("feedback_type")).value
      : /** @type {HTMLButtonElement} */ (event.submitter).value;
    const verdict = asked === "withdraw" ? "" : asked;
    const text = /** @type {HTMLInputElement} */ (part.querySelector('[name="feedback_text"]')).value.trim();
    complain("");
    try {
      await tell(form, id, verdict, verdict === "helpful" ? "" : text);
    } catch (error) {
      return complain(`Your verdict was not stored: ${/** @type {Error} */ (error).message}`);
    }
    press(part, verdict);
    const kept = form.matches("[data-words]") ? "Thank you, that was noted." : THANKS[/** @type {keyof typeof THANKS} */ (verdict)];
    announce(kept ?? "Your verdict is taken back.");
  });
}
