/** The shelves stay true while the page is open: unread counts arrive on the topic `me`. */
import { Live } from "./live.js";
import { localTimes } from "./thread.js";
import { showConnection } from "./page.js";
import { keepShelves } from "./shelves.js";

const live = new Live();
if (document.querySelector("[data-connection]")) showConnection(live);
localTimes(document);
keepShelves(live);
live.follow("me");
