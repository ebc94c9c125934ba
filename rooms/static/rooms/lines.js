/** A message object of the API as a line of the thread. */

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
    citations: [],
    files,
  };
}
