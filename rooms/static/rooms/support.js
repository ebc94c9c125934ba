/** The customer's page of ours, live. */
import { Live } from "../chatcore/live.js";
import { byCookie } from "./files.js";
import { wordsOf } from "./support_card.js";
import { Talk } from "./talk.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const form = /** @type {HTMLFormElement} */ (root.querySelector("[data-composer]"));
const token = /** @type {HTMLInputElement} */ (form.querySelector("[name=csrfmiddlewaretoken]")).value;

/** @param {string} method @param {string} path @param {object} [body] */
async function api(method, path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(wordsOf(await answer.json().catch(() => null)));
  return answer.status === 204 ? null : answer.json();
}

const who = {
  room: root.dataset.room ?? "",
  me: root.dataset.me ?? "",
  name: root.dataset.myName ?? "",
  version: Number(root.dataset.version),
};
new Talk(root, new Live(), who, api, {
  sign: byCookie(form),
  shownAt: `/support/${who.room}/`,
  moved: (room) => location.assign(`/support/${room}/`),
});
