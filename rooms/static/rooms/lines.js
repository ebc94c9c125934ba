/** A message object of the API as a line of the thread. */

/** How far an answer that comes later has got. @type {Record<string, string>} */
const STATES = { streaming: "is answering …", "batch-delay": "answers later", failed: "could not answer" };

/**
 * What a robot quotes; whatever is no reference to a page of ours is left out.
 * @param {any} metadata @param {string} content
 */
function citationsOf(metadata, content) {
  const found = Array.isArray(metadata?.references) ? metadata.references : [];
  return found
    .filter((/** @type {any} */ each) => /^\/(?!\/)/.test(each?.url ?? ""))
    .map((/** @type {any} */ { url, title, text }) => ({ url, place: title ?? "", quote: text ?? "", inline: Boolean(text) && content.includes(text) }));
}

/** @param {any} message as `GET …/messages/` gives it @param {string} me @returns {any} */
export function lineOf(message, me) {
  const { sender, attachments: files = [] } = message;
  const kind = message.message_type ?? "chat";
  const note = message.audience === "staff";
  // A file without words goes under its name, which its card shows already.
  const bare = files.length === 1 && files[0].original_filename === message.content;
  return {
    id: message.id,
    seq: message.seq,
    author: sender?.display_name || sender?.username || "Somebody",
    mine: sender?.id === me && kind !== "system",
    kind: note ? `${kind} note` : kind,
    content: bare ? "" : message.content,
    createdAt: message.created_at,
    edited: Boolean(message.edited_at),
    deleted: Boolean(message.deleted_at),
    citations: citationsOf(message.content_metadata, message.content),
    state: STATES[message.delivery_status] ?? "",
    files,
  };
}
