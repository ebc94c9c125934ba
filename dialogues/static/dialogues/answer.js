/** Below an answer: an earlier one is folded, and another one is asked for. Without script each is a form. */
import { complain } from "../chatcore/page.js";

/** @param {any} message */
function spent(message) {
  if (!message.tokens_used) return "";
  const tokens = `${message.tokens_used.toLocaleString("en")} tokens`;
  return message.cost ? `${tokens} · $${message.cost.toFixed(4)}` : tokens;
}

/** The companion's page has an address of its own; the topic always names the dialogue. */
function dialogue() {
  return /** @type {HTMLElement} */ (document.querySelector("[data-conversation]")).dataset.topic?.split(":")[1];
}

/** Show what stands below a stored message. @param {HTMLElement} item @param {any} message */
export function showAnswer(item, message) {
  item.classList.toggle("replaced", Boolean(message.replaced_by));
  const part = /** @type {HTMLElement | null} */ (item.querySelector('[data-slot="answer"]'));
  if (!part) return;
  part.hidden = message.role !== "assistant" || Boolean(message.deleted_at) || !message.reply_to_message;
  const form = /** @type {HTMLFormElement} */ (part.querySelector("[data-again]"));
  form.action = `/dialogues/${dialogue()}/messages/${message.id}/again/`;
  /** @type {HTMLElement} */ (part.querySelector('[data-slot="again"]')).textContent = message.error_code ? "Try again" : "Answer again";
  /** @type {HTMLElement} */ (part.querySelector('[data-slot="spent"]')).textContent = spent(message);
}

/** @param {HTMLElement} root @param {() => void} begun the answer will come by the socket */
export function askAgain(root, begun) {
  root.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches("[data-again]")) return;
    event.preventDefault();
    complain("");
    const answer = await fetch(`/api/v1${new URL(form.action).pathname.replace(/again\/$/, "regenerate/")}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream", "X-CSRFToken": token(form) },
      credentials: "same-origin",
      body: "{}",
    }).catch(() => null);
    if (!answer?.ok) return complain((await answer?.json().catch(() => null))?.detail ?? "That did not work. Try once more.");
    answer.body?.cancel(); // going away does not stop it: the socket tells the rest
    if (form.matches("[data-unanswered]")) form.remove();
    begun();
  });
}

/** @param {HTMLFormElement} form */
function token(form) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem("csrfmiddlewaretoken")).value;
}
