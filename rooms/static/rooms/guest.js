/**
 * A guest without a session: tokens kept in the storage of the frame, which browsers keep apart for each
 * site that shows it. A refresh token is good once, so only one tab at a time may use it.
 */
import { wordsOf } from "./support_card.js";

const KEY = "chatcore.widget.guest";
const EARLY = 30_000; // refresh this long before the end
const MONTH = 30 * 24 * 3_600; // in seconds: as long as a refresh token is good

/**
 * Where tokens lie between two loads. Some browsers deny a frame its storage; they still let it have a
 * cookie that they keep apart for each site in the same way (`Partitioned`). Only scripts of our own
 * origin read either, never the page around us, and the server does not look at the cookie.
 */
class Shelf {
  /** @param {string} key */
  constructor(key) {
    this.key = key;
  }

  /** @returns {any} what was written last */
  read() {
    return JSON.parse(this.text() || "null");
  }

  text() {
    try {
      return localStorage.getItem(this.key);
    } catch {
      const found = document.cookie.split("; ").find((one) => one.startsWith(`${this.key}=`)) ?? "";
      return decodeURIComponent(found.slice(this.key.length + 1));
    }
  }

  /** @param {any} value null takes it away */
  write(value) {
    const text = value ? JSON.stringify(value) : "";
    try {
      if (text) localStorage.setItem(this.key, text);
      else localStorage.removeItem(this.key);
    } catch {
      const lasts = text ? MONTH : 0;
      document.cookie = `${this.key}=${encodeURIComponent(text)}; Path=/widget/; Max-Age=${lasts}; Secure; SameSite=None; Partitioned`;
    }
  }
}

export class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(wordsOf(problem));
    this.status = status;
  }
}

export class Guest {
  /** @param {boolean} remembered whether the next visit may know them */
  constructor(remembered = true) {
    this.shelf = new Shelf(remembered ? KEY : `${KEY}.once`);
    this.remembered = remembered;
    /** @type {{access: string, refresh: string, until: number, user: string, name: string} | null} */
    this.kept = null;
    if (remembered) return;
    this.kept = this.take();
    this.put(null);
  }

  /** Where cookies are forbidden, too, a guest is known for as long as the frame lives. */
  take() {
    try {
      return this.shelf.read();
    } catch {
      return null;
    }
  }

  /** @param {any} kept */
  put(kept) {
    try {
      this.shelf.write(kept);
    } catch {
      /* as above */
    }
  }

  /** The frame is about to load itself again: it is the same visit. */
  carry() {
    if (!this.remembered) this.put(this.kept);
  }

  get known() {
    return Boolean(this.read());
  }

  get user() {
    return this.read()?.user ?? "";
  }

  get name() {
    return this.read()?.name ?? "";
  }

  read() {
    if (this.remembered) this.kept = this.take() ?? this.kept;
    return this.kept;
  }

  /** @param {any} tokens as `auth/guest/` gives them; null: nobody any more @param {string} [name] */
  keep(tokens, name = this.name) {
    this.kept = tokens && {
      access: tokens.access,
      refresh: tokens.refresh,
      until: Date.now() + tokens.expires_in * 1_000,
      user: tokens.user_id,
      name,
    };
    if (this.remembered) this.put(this.kept);
  }

  /** @param {string} name */
  async become(name) {
    this.keep(await call("POST", "auth/guest/", { display_name: name }), name);
  }

  /** @returns {Promise<string>} an access token that lasts a while yet */
  async token() {
    if ((this.read()?.until ?? 0) - EARLY > Date.now()) return this.kept?.access ?? "";
    try {
      return navigator.locks ? await navigator.locks.request(KEY, () => this.renew()) : this.renew();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return this.renew(); // a browser that denies a frame its storage denies it locks, too
    }
  }

  async renew() {
    const kept = this.read(); // another tab may have done it while we waited
    if (!kept) throw new Refused(401, { detail: "Begin again." });
    if (kept.until - EARLY <= Date.now()) {
      try {
        this.keep(await call("POST", "auth/token/refresh/", { refresh: kept.refresh }));
      } catch (error) {
        if (/** @type {Refused} */ (error).status === 401) this.keep(null);
        throw error;
      }
    }
    return this.kept?.access ?? "";
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  api = async (method, path, body) => call(method, path, body, await this.token());

  /** A ticket for the socket, where no header can be sent. */
  ticket = async () => (await this.api("POST", "auth/socket-ticket/")).ticket;

  /** A file behind the token, as an address of this page. @param {string} url */
  addressOf = async (url) => {
    const answer = await fetch(url, { headers: await this.headers(), credentials: "omit" });
    if (!answer.ok) throw new Refused(answer.status, null);
    return URL.createObjectURL(await answer.blob());
  };

  /** A piece of a page of ours, its files behind addresses of this page. @param {string} url */
  load = async (url) => {
    const answer = await fetch(url, { headers: await this.headers(), credentials: "omit" });
    if (!answer.ok) throw new Refused(answer.status, null);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Not before it is known who I am: with it comes the outbox.
    const { openFiles } = await import("./files.js");
    openFiles(page, this.addressOf);
    return page;
  };

  async headers() {
    return { Authorization: `Bearer ${await this.token()}` };
  }

  /** @param {XMLHttpRequest} request */
  sign = async (request) => request.setRequestHeader("Authorization", `Bearer ${await this.token()}`);
}

/** @param {string} method @param {string} path @param {object} [body] @param {string} [token] */
async function call(method, path, body, token) {
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  // No cookie goes along: what a browser sends unasked must not decide who speaks here.
  const answer = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body), credentials: "omit" });
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => null));
  return answer.status === 204 ? null : answer.json();
}
