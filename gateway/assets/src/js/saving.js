// Text that saves itself a second after the last key. It is kept in the browser until the server has it, tried again while
// the server is away, and never written over what another tab or person has saved: that is asked first.
import { csrfToken, on } from "./page.js";

const PAUSE = 1000;
const LONGEST_PAUSE = 60000;
const PREFIX = "unsaved:";
const DRAFT = "draft "; // draft.js

// Who signs out leaves nothing of it behind in this browser.
on("submit", "form[action='/sign-out']", () => {
  Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) || key.startsWith(DRAFT)).forEach((key) => localStorage.removeItem(key));
});

export function keepSaved(form, quill) {
  const pane = form.closest("[data-editor-pane]");
  const title = pane.querySelector("[data-editor-title-field]");
  const status = pane.querySelector("[data-editor-status]");
  const conflict = form.querySelector("[data-conflict]");
  const prefix = `${PREFIX}${form.dataset.editor}:`;
  const key = prefix + Math.random().toString(36).slice(2);
  let { version, editedAt } = form.dataset;
  let timer = null;
  let pause = PAUSE;
  let sending = false;
  let stopped = false;
  let leave = () => {};
  let saved = text();

  function text() { return { title: title.value.trim(), body: quill.root.innerHTML }; }
  function differs(one, other) { return one.title !== other.title || one.body !== other.body; }
  /** The server keeps the same text in other words: what the editor makes of both is compared. */
  function same(one, other) {
    const made = ({ body }) => JSON.stringify(quill.clipboard.convert({ html: body }).ops);
    return one.title === other.title && made(one) === made(other);
  }

  function say(words, state = "") {
    status.textContent = words;
    status.dataset.state = state;
  }

  function keep() { localStorage.setItem(key, JSON.stringify({ ...text(), editedAt, at: Date.now() })); }

  function changed() {
    keep();
    if (!conflict.hidden) return;
    stopped = false;  // what was refused may be right now: a shorter title, a sign-in in another tab
    say("Not saved yet");
    later(PAUSE);
  }

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(save, milliseconds);
  }

  async function save() {
    clearTimeout(timer);
    timer = null;
    if (sending || stopped) return;
    const now = text();
    if (!differs(now, saved)) {
      settled();
      return;
    }
    if (!now.title) {
      say("A title is needed", "failed");
      return;
    }
    sending = true;
    say("Saving…");
    const answer = await send(now);
    sending = false;
    if (answer?.ok) {
      ({ version, edited_at: editedAt } = answer.said);
      saved = now;
      pause = PAUSE;
      show(now.title, answer.said.edited);
      if (differs(text(), saved)) changed();
      else settled();
    } else if (answer?.status === 412) {
      overtaken(answer.said);
    } else if (!answer || answer.status >= 500 || answer.status === 429) {
      pause = Math.min(pause * 2, LONGEST_PAUSE);
      say("Not saved: no connection. Your text is kept here and tried again.", "failed");
      later(pause);
    } else {
      stopped = true;
      say(`Not saved: ${reason(answer)} Your text is kept in this browser.`, "failed");
    }
  }

  async function send(now, options = {}) {
    const body = new URLSearchParams({ ...now, version });
    const headers = { Accept: "application/json", "X-CSRF-Token": csrfToken() };
    const answer = await fetch(form.action, { method: "POST", headers, body, ...options }).catch(() => null);
    if (!answer) return null;
    const said = await answer.json().catch(() => null);
    return { ok: answer.ok && said !== null && !answer.redirected, status: answer.redirected ? 401 : answer.status, said };
  }

  function reason({ status: code, said }) {
    if (code === 401) return "you are signed out.";
    if (code === 404) return "it was deleted.";
    return said?.errors ? Object.values(said.errors).flat().join(" ") : said?.detail ?? "the server refused it.";
  }

  function settled() {
    localStorage.removeItem(key);
    say("Saved", "saved");
  }

  function show(name, when) {
    document.querySelectorAll("[data-editor-title]").forEach((part) => { part.textContent = name; });
    document.querySelectorAll("[data-editor-when]").forEach((part) => { part.textContent = when; });
  }

  /** The version is another one. If only sharing changed, or what is there is what we sent, there is nothing to ask. */
  function overtaken(theirs) {
    if (theirs.edited_at === editedAt || same(theirs, text())) {
      ({ version, edited_at: editedAt } = theirs);
      save();
      return;
    }
    stopped = true;
    say("Not saved", "failed");
    const words = document.createElement("p");
    words.innerHTML = "<strong>This text was changed elsewhere</strong> since you opened it, in another tab or by somebody else. Which one is to stay?";
    const load = choice("Load the other one", () => {
      localStorage.removeItem(key);
      window.location.reload();
    });
    const keep = choice("Write mine over it", () => {
      ({ version, edited_at: editedAt } = theirs);
      stopped = false;
      conflict.hidden = true;
      saved = {};
      save();
    });
    conflict.replaceChildren(words, load, keep);
    conflict.hidden = false;
    conflict.setAttribute("role", "alert");
    load.focus();
  }

  function choice(label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  }

  /** What could not be saved when a page was left comes back; over a newer text only if one wants that. Each page keeps
      its text under a key of its own, with a lock that ends with it: what another open tab keeps stays there. */
  async function recover() {
    navigator.locks?.request(key, () => new Promise((release) => { leave = release; }));
    const open = new Set((await navigator.locks?.query())?.held.map(({ name }) => name));
    const left = Object.keys(localStorage).filter((name) => name.startsWith(prefix) && !open.has(name));
    const texts = left.map((name) => JSON.parse(localStorage.getItem(name))).sort((one, other) => one.at - other.at);
    const kept = texts.at(-1);
    if (kept && !same(kept, saved) && !differs(text(), saved)) {
      title.value = kept.title;
      quill.setContents(quill.clipboard.convert({ html: kept.body }), "silent");
      const newest = { ...saved, version, edited_at: editedAt };
      editedAt = kept.editedAt;
      keep();
      if (editedAt === newest.edited_at) changed();
      else overtaken(newest);
    }
    left.forEach((name) => localStorage.removeItem(name));
  }

  recover();
  quill.on("text-change", (delta, old, source) => source === "user" && changed());
  title.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  const flush = () => {
    if (timer && !sending && differs(text(), saved) && text().title) send(text(), { keepalive: true });
  };
  window.addEventListener("pagehide", flush);
  form.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
    if (target !== form) return;
    flush();
    clearTimeout(timer);
    stopped = true;
    leave();
  });
}
