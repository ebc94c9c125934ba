/**
 * The text of a message cut at the quotations that stand in it, each of them a link to its passage;
 * `quoted_parts` in chatcore/pages.py cuts alike.
 * @param {string} content @param {import("./thread.js").Citation[]} citations
 * @returns {(string | HTMLElement)[]}
 */
export function quotedParts(content, citations) {
  /** @type {(string | HTMLElement)[]} */
  const parts = [];
  let at = 0;
  const found = citations.filter((citation) => citation.inline)
    .map((citation) => ({ start: content.indexOf(citation.quote), citation }))
    .sort((one, other) => one.start - other.start);
  for (const { start, citation } of found) {
    if (start < at) continue;
    const link = document.createElement("a");
    link.className = "quoted";
    link.href = citation.url;
    link.textContent = citation.quote;
    parts.push(content.slice(at, start), link);
    at = start + citation.quote.length;
  }
  return [...parts, content.slice(at)];
}
