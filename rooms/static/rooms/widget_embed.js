/**
 * The button and the frame of Chatcore's support on another page:
 *
 *   <script src="https://chat.example.org/widget.js" async
 *     data-label="Help" data-side="right" data-theme="dark"></script>
 *
 * Everything lies in a shadow tree, so that the page's styles and ours leave each other alone; the
 * frame is loaded when it is first opened, or when a conversation runs already.
 */
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const home = new URL(script.src).origin;
  const { label = "Support", side = "right", theme = "", remember: kept = "yes" } = script.dataset;
  const RUNS = `chatcore.widget.${home}`; // whether a conversation runs; nothing else is kept here

  const STYLE = `
    :host { all: initial; position: fixed; inset-block-end: 0; inset-inline: 0; z-index: 2147483000; color-scheme: light dark; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button { position: fixed; bottom: max(1.25rem, env(safe-area-inset-bottom)); ${side === "left" ? "left" : "right"}: 1.25rem;
      display: flex; align-items: center; gap: .5rem; min-height: 3.25rem; padding: 0 1.25rem; border: 0; border-radius: 2rem;
      background: #1d6158; color: #fff; font: 600 1rem/1 system-ui, sans-serif; cursor: pointer; box-shadow: 0 6px 22px rgb(0 0 0 / .25); }
    button:hover { background: #154b44; }
    button:focus-visible { outline: 3px solid #83cbbd; outline-offset: 3px; }
    svg { width: 1.4rem; height: 1.4rem; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linejoin: round; }
    .badge { min-width: 1.5rem; padding: .25rem .4rem; border-radius: 1rem; background: #fff; color: #a52a21; font-size: .8rem; text-align: center; }
    iframe { position: fixed; bottom: max(1.25rem, env(safe-area-inset-bottom)); ${side === "left" ? "left" : "right"}: 1.25rem;
      width: min(25rem, calc(100vw - 2.5rem)); height: min(40rem, calc(100dvh - 2.5rem)); border: 0; border-radius: 1rem;
      background: #fffdf8; box-shadow: 0 12px 44px rgb(0 0 0 / .32); color-scheme: normal; }
    @media (max-width: 32rem) { iframe { inset: 0; width: 100%; height: 100dvh; border-radius: 0; } }
    @media (prefers-color-scheme: dark) { iframe { background: #1b1f23; } }`;

  const host = document.createElement("chatcore-widget");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.append(picture(), label);
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  button.append(badge);
  root.append(button);
  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  let heard = false; // whether our page is in the frame yet

  function picture() {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", "M4.5 5.5h15v10.5h-8l-4 3.5v-3.5h-3z");
    svg.append(path);
    return svg;
  }

  /** @param {object} words only our own page in the frame hears them */
  const tell = (words) => heard && frame?.contentWindow?.postMessage(words, home);

  function load() {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = label;
    frame.hidden = true;
    frame.allow = "clipboard-write";
    frame.src = `${home}/widget/?${new URLSearchParams({ theme, remember: kept })}`;
    // Also after the frame has loaded itself again.
    frame.addEventListener("load", () => {
      heard = true;
      tell({ chatcore: "hello", open: !frame?.hidden });
    });
    root.append(frame);
  }

  function open() {
    load();
    /** @type {HTMLIFrameElement} */ (frame).hidden = false;
    button.hidden = true;
    button.setAttribute("aria-expanded", "true");
    count(0);
    frame?.focus();
    tell({ chatcore: "opened" });
  }

  function close() {
    if (frame) frame.hidden = true;
    button.hidden = false;
    button.setAttribute("aria-expanded", "false");
    button.focus();
    tell({ chatcore: "closed" });
  }

  /** @param {number} unread */
  function count(unread) {
    badge.hidden = !unread;
    badge.textContent = String(unread);
    button.setAttribute("aria-label", unread ? `${label}, ${unread} unread` : label);
  }

  /** @param {boolean} runs */
  function remember(runs) {
    try {
      if (runs && kept !== "no") localStorage.setItem(RUNS, "1");
      else localStorage.removeItem(RUNS);
    } catch {
      /* storage is forbidden: the frame is then loaded when it is opened */
    }
  }

  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== home || !frame || source !== frame.contentWindow) return;
    if (data?.chatcore === "close") close();
    else if (data?.chatcore === "unread" && Number.isInteger(data.count)) count(frame.hidden ? data.count : 0);
    else if (data?.chatcore === "runs") remember(Boolean(data.runs));
  });

  button.addEventListener("click", open);
  count(0);
  button.setAttribute("aria-expanded", "false");
  const begin = () => {
    document.body.append(host);
    try {
      if (localStorage.getItem(RUNS)) load();
    } catch {
      /* as above */
    }
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
