/**
 * Single keys. What has `data-key="a"` is pressed, opened or focused by that key; "g m" is one after the
 * other. Off while somebody types, with any modifier, and for who has switched them off.
 */
const OFF = "chatcore.console.keys-off";
const PATIENCE = 1_200;

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && Boolean(target.closest("textarea, select, input:not([type=checkbox], [type=radio]), dialog[open]"));
}

/** @param {string} name @returns {HTMLElement | undefined} the first that is to be seen */
function keyed(name) {
  const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-key="${CSS.escape(name)}"]`));
  return [...all].find((each) => each.checkVisibility() && !each.matches(":disabled"));
}

/** @param {HTMLElement} item */
function use(item) {
  if (item.matches("summary")) {
    const details = /** @type {HTMLDetailsElement} */ (item.parentElement);
    details.open = true;
    details.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  } else if (item.matches("input[type=radio]")) {
    item.click();
    document.getElementById("composer-box")?.focus();
  } else if (item.matches("input, select, textarea")) item.focus();
  else item.click();
}

/** To the next line of the list, or the one before. @param {number} by */
function step(by) {
  const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".escalation-link")]);
  const here = links.findIndex((link) => link.closest("li")?.contains(document.activeElement));
  links[here < 0 ? 0 : Math.min(Math.max(here + by, 0), links.length - 1)]?.focus();
}

/** @type {Record<string, () => void>} */
const OWN = {
  "?": () => /** @type {HTMLDialogElement} */ (document.getElementById("keys")).showModal(),
  j: () => step(1),
  k: () => step(-1),
  x: () => /** @type {HTMLElement | null} */ (document.activeElement?.closest("li")?.querySelector("input[type=checkbox]"))?.click(),
  q: () => /** @type {HTMLElement | null} */ (document.querySelector(".back, .queue-list [aria-current]"))?.click(),
};

/** Escape leaves a field, so that single keys work again; Ctrl or Cmd with Enter sends a step's form.
 * @param {KeyboardEvent} event */
function leaveOrSend(event) {
  const field = /** @type {HTMLTextAreaElement} */ (event.target);
  if (!isTyping(field) || event.isComposing || field.closest("dialog")) return;
  if (event.key === "Escape" && !event.defaultPrevented) field.blur();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.closest(".steps, .facts-form")) field.form?.requestSubmit();
}

export function offerKeys() {
  const switch_ = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-keys-switch]"));
  if (switch_) {
    switch_.checked = !localStorage.getItem(OFF);
    switch_.addEventListener("change", () => (switch_.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  }
  let before = "";
  let at = 0;
  document.addEventListener("keydown", leaveOrSend);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (localStorage.getItem(OFF) && event.key !== "?") return;
    const pair = before && Date.now() - at < PATIENCE ? `${before} ${event.key}` : "";
    before = event.key === "g" && !pair ? "g" : "";
    at = Date.now();
    const item = pair ? keyed(pair) : keyed(event.key);
    const own = pair ? undefined : OWN[event.key];
    if (!item && !own) return;
    event.preventDefault();
    if (item) use(item);
    else own?.();
  });
}
