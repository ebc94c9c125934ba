/** Edit and delete one's own message, reply to any, answer it in a thread. */

/**
 * @param {import("../chatcore/live.js").Live} live @param {string} topic
 * @param {import("../chatcore/thread.js").Thread} thread @param {(text: string) => void} announce
 * @param {import("./replying.js").Replying} replying
 */
export function offerActions(live, topic, thread, announce, replying) {
  thread.list.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const item = /** @type {HTMLElement | null} */ (target.closest(".message"));
    thread.list.querySelector(".chosen")?.classList.remove("chosen");
    item?.classList.add("chosen"); // a thumb has no hover: a tap shows the buttons
    const action = target.closest("[data-action]")?.getAttribute("data-action");
    if (!item?.dataset.id || !action) return;
    if (action === "delete") remove(item);
    else if (action === "edit") edit(item);
    else if (action === "reply") {
      event.preventDefault();
      replying.to(item);
    } else if (!target.closest("[data-action]")?.getAttribute("href")) {
      event.preventDefault();
      location.assign(`${replying.roomUrl}threads/${item.dataset.id}/`); // came live, without more than its words
    }
  });

  /** @param {object} frame */
  const ask = (frame) => live.ask({ topic, ...frame }).catch((refused) => announce(refused.detail ?? refused.code));

  /** @param {HTMLElement} item */
  function remove(item) {
    const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("delete-dialog"));
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue === "delete") ask({ op: "delete", id: item.dataset.id });
    };
    dialog.showModal();
  }

  /** @param {HTMLElement} item */
  function edit(item) {
    const content = /** @type {HTMLElement} */ (item.querySelector('[data-slot="content"]'));
    if (item.querySelector("textarea")) return;
    const box = document.createElement("textarea");
    box.className = "edit-box";
    box.value = content.textContent ?? "";
    box.maxLength = 10_000;
    box.setAttribute("aria-label", "Edit your message. Enter saves, Escape leaves it as it was.");
    content.hidden = true;
    content.after(box);
    box.focus();
    const close = () => {
      box.removeEventListener("blur", close); // leaving the page is a blur, too
      box.remove();
      content.hidden = false;
    };
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      const text = box.value.trim();
      close();
      if (text && text !== content.textContent) ask({ op: "edit", id: item.dataset.id, content: text });
    });
  }
}
