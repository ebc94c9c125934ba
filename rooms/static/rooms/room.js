/** A room, live: what is said, edited and deleted; who is here, who types, who has read. */
import { Live } from "../chatcore/live.js";
import { Thread } from "../chatcore/thread.js";
import { Composer } from "../chatcore/composer.js";
import { Pending } from "../chatcore/pending.js";
import { announce, loadEarlier, showConnection, showEarlier } from "../chatcore/page.js";
import { keepShelves } from "../chatcore/shelves.js";
import { Uploads, byCookie, showFiles } from "./files.js";
import { lineOf } from "./lines.js";
import { People } from "./people.js";
import { offerActions } from "./actions.js";
import { Dressing, isPlain } from "./dressing.js";
import { Replying } from "./replying.js";
import { showStreams } from "./streaming.js";

const FEW = 10;
const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const topic = root.dataset.topic ?? "";
const me = root.dataset.me ?? "";
export const live = new Live();
export const thread = new Thread(root);
thread.decorate = (item, shown) => showFiles(item, shown);
export const people = new People(live, topic, me);
const dressing = new Dressing(live, thread, root.dataset.roomUrl ?? "");
const replying = new Replying(root);
const jump = /** @type {HTMLButtonElement} */ (document.querySelector("[data-jump]"));
const myself = { id: me, display_name: root.dataset.myName };

/** @param {any} message */
const line = (message) => lineOf(message, me);

/** What I say, before it is stored. @param {string} content @param {any} [frame] */
const said = (content, frame = {}) =>
  line({ id: "", seq: 0, content, audience: frame.audience, created_at: new Date().toISOString(), sender: myself });
const pending = new Pending(live, thread, topic, said, ({ frame, ...ack }) => {
  if (belongs(frame)) show({ ...ack, audience: frame.audience, sender: myself }, Boolean(frame.reply_to || frame.thread));
});

/** A page of a thread shows that thread alone. @param {{thread?: string}} message */
const belongs = (message) => !root.dataset.threadRoot || message.thread === root.dataset.threadRoot;

/** @param {any} message @param {boolean} more than its words @returns {HTMLElement} */
function show(message, more) {
  const item = thread.show(line(message));
  if (more) dressing.dress(message.id);
  return item;
}

/** @param {any} message */
function created(message) {
  dressing.dress(message.thread); // the one it began with counts its answers
  if (!belongs(message)) return;
  const fresh = line(message);
  if (fresh.mine) pending.settle(message);
  const wasAtEnd = thread.atEnd;
  const known = thread.find(fresh.id);
  const item = show(message, !isPlain(message));
  if (known || fresh.mine) return;
  item.classList.add("arriving");
  people.stopped(message.sender?.id);
  announce(`${fresh.author}: ${fresh.content}`);
  if (wasAtEnd) readAll();
  else jump.hidden = false;
}

/** Tell the others how far I have read, if I can have read it. */
function readAll() {
  if (document.hidden || !thread.atEnd || root.dataset.threadRoot) return;
  jump.hidden = true;
  people.read(thread.last);
}

live.addEventListener("event", (event) => {
  const { topic: of, type, data } = /** @type {CustomEvent} */ (event).detail;
  if (of !== topic) return;
  if (type === "message.created") created(data);
  else if (type === "message.edited" || type === "message.deleted") {
    if (thread.find(data.id)) show(data, true);
    dressing.dressQuoters(data);
  } else if (type === "room.updated") renamed(data);
});
live.addEventListener("subscribed", readAll);
showStreams(live, topic, thread);

/** @param {any} room */
function renamed(room) {
  const title = document.querySelector(".conversation-title h1");
  if (title && room.name && !root.dataset.threadRoot) title.textContent = room.name;
  root.dataset.colour = room.room_settings.colour ?? "";
  const welcome = /** @type {HTMLElement | null} */ (document.querySelector("[data-welcome]"));
  if (!welcome) return;
  welcome.textContent = room.room_settings.welcome ?? "";
  welcome.hidden = !welcome.textContent;
}

jump.addEventListener("click", () => {
  thread.toEnd();
  readAll();
});
thread.scroller.addEventListener("scroll", readAll, { passive: true });
document.addEventListener("visibilitychange", readAll);

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-composer]"));
new Composer(form, topic, (content) => {
  pending.say(content, replying.take());
  people.typing(false);
}, () => people.typing(true));
const uploads = new Uploads(form, thread, (content, files, more) => ({ ...said(content, more), files }), byCookie(form), created);
uploads.more = () => replying.take();
offerActions(live, topic, thread, announce, replying);
showConnection(live);
loadEarlier();
if (root.dataset.escalation && thread.list.children.length < FEW) showEarlier(); // what was said before it was handed on
if (document.querySelector(".shelf-pane")) keepShelves(live);
live.follow(topic, Number(root.dataset.version));
live.follow("me");
