/** A citation opens its chapter beside the dialogue, at the passage; without script it is a link. */
import { fetchPage } from "../chatcore/page.js";

/** @param {string} text blanks folded, as the book keeps its paragraphs */
const folded = (text) => text.replace(/\s+/g, " ").trim();

/** Mark the quotation inside its paragraph. @param {Element} paragraph @param {string} quote */
function mark(paragraph, quote) {
  const node = [...paragraph.childNodes].find((child) => child.nodeType === Node.TEXT_NODE && child.nodeValue?.includes(quote));
  const at = node?.nodeValue?.indexOf(quote) ?? -1;
  if (!node || at < 0 || !quote) return;
  const range = document.createRange();
  range.setStart(node, at);
  range.setEnd(node, at + quote.length);
  range.surroundContents(document.createElement("mark"));
}

/** @param {HTMLElement} root */
export function offerReader(root) {
  const panel = /** @type {HTMLElement} */ (document.getElementById("reader"));
  const body = /** @type {HTMLElement} */ (panel.querySelector("[data-reader-body]"));
  /** @type {HTMLElement | null} */
  let opener = null;

  /** @param {HTMLAnchorElement} link */
  async function open(link) {
    opener?.removeAttribute("aria-current");
    opener = link;
    link.setAttribute("aria-current", "true");
    const page = await fetchPage(link.href);
    const chapter = page.querySelector(".chapter");
    if (!chapter) return location.assign(link.href);
    body.replaceChildren(document.adoptNode(chapter));
    panel.hidden = false;
    const paragraph = body.querySelector(`[id="${CSS.escape(new URL(link.href).hash.slice(1))}"]`);
    if (paragraph) {
      paragraph.classList.add("cited");
      mark(paragraph, folded((link.querySelector('[data-slot="quote"]') ?? link).textContent ?? ""));
      paragraph.scrollIntoView({ block: "center", behavior: "instant" });
    }
    /** @type {HTMLElement} */ (panel.querySelector("h2")).focus();
  }

  function close() {
    panel.hidden = true;
    opener?.removeAttribute("aria-current");
    opener?.focus();
  }

  root.addEventListener("click", (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest(".citation a, a.quoted"));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link).catch(() => location.assign(link.href));
  });
  panel.querySelector("[data-close]")?.addEventListener("click", close);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
}
