/** Canned responses: "/" at the beginning of the box opens the list, arrows choose, Enter fills. */

/** @param {HTMLFormElement | null} form */
export function offerCanned(form) {
  const list = /** @type {HTMLElement | null} */ (form?.querySelector("[data-canned]"));
  const box = /** @type {HTMLTextAreaElement | null} */ (form?.querySelector("textarea"));
  if (!form || !list || !box) return;
  const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("li")]);
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-autocomplete", "list");

  const shown = () => all.filter((item) => !item.hidden);
  const chosen = () => shown().find((item) => item.getAttribute("aria-selected") === "true");

  /** @param {HTMLElement | undefined} item */
  function choose(item) {
    for (const each of all) each.setAttribute("aria-selected", String(each === item));
    if (item) box?.setAttribute("aria-activedescendant", item.id);
    else box?.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  }

  function look() {
    const typed = /^\/(\S*)$/.exec(box?.value ?? "");
    const words = typed?.[1].toLowerCase() ?? "";
    for (const item of all) item.hidden = !item.textContent?.toLowerCase().includes(words);
    list?.toggleAttribute("hidden", !typed || !shown().length);
    choose(typed ? shown()[0] : undefined);
  }

  /** @param {HTMLElement} item */
  async function fill(item) {
    const body = new FormData(/** @type {HTMLFormElement} */ (form));
    body.set("canned", item.dataset.id ?? "");
    body.delete("file");
    const answer = await fetch(list?.dataset.canned ?? "", { method: "POST", body, headers: { Accept: "text/plain" }, credentials: "same-origin" });
    if (!answer.ok || !box) return;
    box.value = await answer.text();
    box.dispatchEvent(new Event("input"));
    box.focus();
  }

  box.addEventListener("input", look);
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const items = shown();
    const at = items.indexOf(/** @type {HTMLElement} */ (chosen()));
    if (event.key === "ArrowDown") choose(items[(at + 1) % items.length]);
    else if (event.key === "ArrowUp") choose(items[(at - 1 + items.length) % items.length]);
    else if (event.key === "Escape") list.hidden = true;
    else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) fill(items[at]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the box keeps the focus
    const item = /** @type {HTMLElement} */ (event.target).closest("li");
    if (item) fill(item);
  });
}
