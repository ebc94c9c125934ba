/** Files in a conversation: their cards below a message, and sending them with a bar that grows. */
import { newRef } from "../chatcore/outbox.js";
import { announce } from "../chatcore/page.js";

const UNITS = ["bytes", "KB", "MB", "GB"];
const STATES = { pending: " · being checked", refused: " · refused: it was found not to be safe", clean: "" };

/** @param {number} bytes */
export function sizeOf(bytes) {
  const power = bytes ? Math.min(3, Math.floor(Math.log2(bytes) / 10)) : 0;
  const size = bytes / 1024 ** power;
  return `${power ? size.toFixed(1) : size} ${UNITS[power]}`;
}

/**
 * Fill the card of each file of a message; a thread calls it for every line that it fills.
 * @param {HTMLElement} item @param {{files?: any[], deleted: boolean}} line
 * @param {(url: string) => Promise<string>} [addressOf] where no cookie opens a file: fetches it and
 *   gives an address of this page
 */
export function showFiles(item, line, addressOf) {
  const list = /** @type {HTMLElement | null} */ (item.querySelector('[data-slot="files"]'));
  const blank = /** @type {HTMLTemplateElement | null} */ (document.getElementById("file-template"));
  if (!list || !blank) return;
  const files = line.deleted ? [] : line.files ?? [];
  list.hidden = !files.length;
  list.replaceChildren(...files.map((file) => card(blank, file, addressOf)));
}

/** @param {HTMLTemplateElement} blank @param {any} file @param {((url: string) => Promise<string>) | undefined} addressOf */
function card(blank, file, addressOf) {
  const root = /** @type {HTMLElement} */ (blank.content.firstElementChild?.cloneNode(true));
  /** @param {string} name @returns {any} */
  const slot = (name) => root.querySelector(`[data-slot="${name}"]`);
  root.className = `file ${file.scan_state}`;
  slot("name").textContent = file.original_filename;
  slot("about").textContent = sizeOf(file.file_size) + (STATES[/** @type {keyof STATES} */ (file.scan_state)] ?? "");
  slot("excerpt").textContent = file.excerpt;
  slot("excerpt").hidden = !file.excerpt;
  if (!file.url) return root;
  slot("name").download = file.original_filename;
  lead(slot("name"), file.url, addressOf);
  if (file.preview_available) showPicture(slot("picture"), file, addressOf);
  return root;
}

/**
 * What the server has shown, where no cookie opens a file.
 * @param {ParentNode} root not yet on the page @param {(url: string) => Promise<string>} addressOf
 */
export function openFiles(root, addressOf) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (root.querySelectorAll(".file a[href]"))) {
    lead(link, link.getAttribute("href") ?? "", addressOf);
    if (link.dataset.slot === "picture") link.download = "";
  }
  for (const picture of /** @type {NodeListOf<HTMLImageElement>} */ (root.querySelectorAll(".file img[src]"))) {
    const url = picture.getAttribute("src") ?? "";
    picture.removeAttribute("src");
    addressOf(url).then((address) => (picture.src = address), () => {});
  }
}

/** @param {HTMLAnchorElement} link @param {string} url @param {any} addressOf */
function lead(link, url, addressOf) {
  link.href = url;
  if (!addressOf) return;
  link.removeAttribute("target");
  link.addEventListener("click", async (event) => {
    if (link.href.startsWith("blob:")) return;
    event.preventDefault();
    link.href = await addressOf(url);
    link.click();
  });
}

/** @param {HTMLAnchorElement} link @param {any} file @param {any} addressOf */
async function showPicture(link, file, addressOf) {
  const picture = /** @type {HTMLImageElement} */ (link.querySelector("img"));
  picture.alt = file.original_filename;
  link.hidden = false;
  link.target = "_blank";
  link.rel = "noopener";
  if (addressOf) link.download = file.original_filename;
  lead(link, file.url, addressOf);
  picture.src = addressOf ? await addressOf(file.thumbnail_url) : file.thumbnail_url;
}

/** Sends what is chosen, dropped on the composer or pasted into it. */
export class Uploads {
  /**
   * @param {HTMLFormElement} form the composer
   * @param {import("../chatcore/thread.js").Thread} thread
   * @param {(content: string, files: any[], more: any) => any} lineFor a line of mine without a place
   * @param {(request: XMLHttpRequest) => Promise<void> | void} sign sets what says who I am
   * @param {(message: any) => void} stored shows what the server stored
   */
  constructor(form, thread, lineFor, sign, stored) {
    Object.assign(this, { form, thread, lineFor, sign, stored });
    /** Further fields of what is sent, asked for once for files that come together.
     * @type {() => Record<string, string>} */
    this.more = () => ({});
    const input = /** @type {HTMLInputElement | null} */ (form.querySelector('input[type="file"]'));
    if (!input) return;
    input.multiple = true;
    input.addEventListener("change", () => {
      this.take(input.files);
      input.value = "";
    });
    form.addEventListener("paste", (event) => this.take(event.clipboardData?.files, event));
    form.addEventListener("drop", (event) => this.take(event.dataTransfer?.files, event));
    for (const name of ["dragover", "dragleave", "drop"]) {
      form.addEventListener(name, (event) => {
        if (name === "dragover") event.preventDefault();
        form.classList.toggle("dropping", name === "dragover");
      });
    }
  }

  /** @param {FileList | null | undefined} files @param {Event} [event] */
  take(files, event) {
    if (!files?.length) return;
    event?.preventDefault();
    const more = this.more();
    for (const file of files) this.send(file, more);
  }

  /** @param {File} file @param {Record<string, string>} more */
  async send(file, more) {
    const item = this.thread.place(this.thread.blank(), 0);
    const shown = { original_filename: file.name, file_size: file.size, scan_state: "sending" };
    this.thread.fill(item, this.lineFor(file.name, [shown], more));
    item.classList.add("pending");
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", `Sending ${file.name}`);
    item.querySelector(".bubble")?.append(bar);
    this.thread.toEnd();
    const refused = await this.post(file, more, bar);
    bar.remove();
    if (!refused) return item.remove();
    item.classList.replace("pending", "failed");
    const state = item.querySelector('[data-slot="state"]');
    if (state) state.textContent = `Not sent: ${refused}`;
    announce(`${file.name} was not sent: ${refused}`);
  }

  /** @param {File} file @param {Record<string, string>} more @param {HTMLProgressElement} bar
   * @returns {Promise<string>} why not; "" = sent */
  async post(file, more, bar) {
    const body = new FormData();
    body.append("file", file);
    body.append("client_ref", newRef());
    for (const [name, value] of Object.entries(more)) body.append(name, value);
    const request = new XMLHttpRequest();
    request.open("POST", this.form.dataset.attach ?? "");
    request.responseType = "json";
    await this.sign(request);
    request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = loaded / total));
    return new Promise((done) => {
      request.onerror = () => done("the connection was lost");
      request.onload = () => {
        if (request.status !== 201) return done(request.response?.detail ?? `error ${request.status}`);
        this.stored(request.response);
        announce(`${file.name} was sent.`);
        done("");
      };
      request.send(body);
    });
  }
}

/** How a page of ours says who I am. @param {HTMLFormElement} form */
export const byCookie = (form) => (/** @type {XMLHttpRequest} */ request) => {
  const token = /** @type {HTMLInputElement} */ (form.querySelector("[name=csrfmiddlewaretoken]"));
  request.setRequestHeader("X-CSRFToken", token.value);
};
