/**
 * A guest without cookies: tokens kept in the storage of the frame, which browsers keep apart for each
 * site that shows it. A refresh token is good once, so only one tab at a time may use it.
 */
import { wordsOf } from "./support_card.js";

const KEY = "chatcore.widget.guest";
const EARLY = 30_000; // refresh this long before the end

export class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(wordsOf(problem));
    this.status = status;
  }
}

export class Guest {
  constructor() {
    /** @type {{access: string, refresh: string, until: number, user: string, name: string} | null} */
    this.kept = null;
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
    try {
      const text = localStorage.getItem(KEY);
      if (text) this.kept = JSON.parse(text);
    } catch {
      /* storage is forbidden: known for as long as the frame lives */
    }
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
    try {
      if (this.kept) localStorage.setItem(KEY, JSON.stringify(this.kept));
      else localStorage.removeItem(KEY);
    } catch {
      /* as above */
    }
  }

  /** @param {string} name */
  async become(name) {
    this.keep(await call("POST", "auth/guest/", { display_name: name }), name);
  }

  /** @returns {Promise<string>} an access token that lasts a while yet */
  async token() {
    if ((this.read()?.until ?? 0) - EARLY > Date.now()) return this.kept?.access ?? "";
    const renew = () => this.renew();
    return navigator.locks ? navigator.locks.request(KEY, renew) : renew();
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
