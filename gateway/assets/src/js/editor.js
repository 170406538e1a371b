// The editor of notes and of their templates: Quill without inline styles, pictures that are uploaded, text that saves itself.
import Quill, { Parchment } from "quill";
import { ask } from "./ask.js";
import { csrfToken } from "./page.js";
import { keepSaved } from "./saving.js";
import { toast } from "./toast.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const OURS = /^\/files\/[0-9a-f-]{36}\/content$/i;
const FORMATS = [
  "align", "background", "blockquote", "bold", "code", "code-block", "direction", "font", "header", "image", "indent",
  "italic", "link", "list", "script", "size", "strike", "underline", "video",
];

/** The address of a frame that may play a video of a host we allow, or null. */
function frameOf(address) {
  let url;
  try {
    url = new URL(address.trim());
  } catch {
    return null;
  }
  const host = url.hostname.replace(/^www\.|^m\./, "");
  const id = { "youtu.be": url.pathname.slice(1), "youtube.com": url.searchParams.get("v") ?? url.pathname.match(/^\/(?:embed|shorts|live)\/([\w-]+)/)?.[1],
    "youtube-nocookie.com": url.pathname.match(/^\/embed\/([\w-]+)/)?.[1] }[host];
  if (id && /^[\w-]+$/.test(id)) return `https://www.youtube-nocookie.com/embed/${id}`;
  const film = { "vimeo.com": /^\/(\d+)/, "player.vimeo.com": /^\/video\/(\d+)/ }[host]?.exec(url.pathname)?.[1];
  return film ? `https://player.vimeo.com/video/${film}` : null;
}

const BaseVideo = Quill.import("formats/video");
class Video extends BaseVideo {
  static create(address) {
    const node = super.create(address);
    node.setAttribute("sandbox", "allow-scripts allow-same-origin allow-presentation");
    node.setAttribute("title", "Video");
    return node;
  }
  static sanitize(address) { return frameOf(address) ?? "about:blank"; }
}

const BaseImage = Quill.import("formats/image");
class Image extends BaseImage {
  static sanitize(address) { return OURS.test(address) ? address : "about:blank"; }
}

const background = new Parchment.ClassAttributor("background", "ql-bg", { scope: Parchment.Scope.INLINE, whitelist: ["yellow"] });
Quill.register({ "formats/background": background, "formats/video": Video, "formats/image": Image }, true);

/** Tab leaves the editor, as it leaves any field; steps in and out have buttons. */
const NO_TAB = Object.fromEntries(
  ["tab", "remove tab", "indent", "outdent", "indent code-block", "outdent code-block"].map((name) => [name, null]),
);

export function edit(form) {
  const body = form.querySelector("[data-body]");
  body.className = "";
  const quill = new Quill(body, {
    formats: FORMATS,
    placeholder: "Write…",
    modules: {
      toolbar: { container: form.querySelector(".tools"), handlers: { link: askLink, image: choosePicture, video: askVideo } },
      uploader: { mimetypes: PICTURES, handler: (range, files) => upload(range.index, files) },
      clipboard: { matchers: [["img", picture]] },
      keyboard: { bindings: NO_TAB },
    },
  });
  quill.root.classList.add("rich");
  quill.root.setAttribute("role", "textbox");
  quill.root.setAttribute("aria-multiline", "true");
  quill.root.setAttribute("aria-label", body.getAttribute("aria-label"));

  /** Pasted pictures: those of ours stay, those within the text are uploaded, those of other sites are not taken. */
  function picture(node, delta) {
    const address = node.getAttribute("src") ?? "";
    if (OURS.test(address)) return delta;
    const file = fileOf(address);
    if (file) setTimeout(() => upload(quill.getSelection()?.index ?? quill.getLength(), [file]));
    else toast({ text: "A picture of another site was left out. Save it and drop it here.", failed: true });
    return delta.slice(0, 0);
  }

  function choosePicture() {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = PICTURES.join();
    input.multiple = true;
    input.onchange = () => upload(quill.getSelection(true).index, [...input.files]);
    input.click();
  }

  async function upload(index, files) {
    if (!form.dataset.images) {
      toast({ text: "Pictures are for notes, not for their templates.", failed: true });
      return;
    }
    let at = index;
    for (const file of files) {
      form.classList.add("rich-editor-busy");
      const sent = new FormData();
      sent.set("file", file);
      const headers = { Accept: "application/json", "X-CSRF-Token": csrfToken() };
      const answer = await fetch(form.dataset.images, { method: "POST", headers, body: sent }).catch(() => null);
      form.classList.remove("rich-editor-busy");
      const said = await answer?.json().catch(() => null);
      if (!answer?.ok) {
        toast({ text: said?.errors?.file?.[0] ?? said?.detail ?? `${file.name} could not be uploaded. Try again.`, failed: true });
        continue;
      }
      const alt = file.name.replace(/\.[^.]+$/, "");
      quill.updateContents([...(at ? [{ retain: at }] : []), { insert: { image: said.url }, attributes: { alt } }], "user");
      at += 1;
      quill.setSelection(at, 0, "silent");
    }
  }

  async function askLink(on) {
    if (!on) {
      quill.format("link", false, "user");
      return;
    }
    const range = quill.getSelection(true);
    const address = await ask({ title: "Link", label: "Address", hint: "https://… or name@example.org", button: "Link it", check: linkOf });
    quill.setSelection(range);
    if (!address) return;
    if (range.length) quill.format("link", address, "user");
    else quill.insertText(range.index, address, { link: address }, "user");
  }

  async function askVideo() {
    const range = quill.getSelection(true);
    const address = await ask({ title: "Video", label: "Address of the video", hint: "On YouTube or Vimeo", button: "Show it", check: frameOf, refusal: "Only videos on YouTube and Vimeo can be shown." });
    if (!address) return;
    quill.insertEmbed(range.index, "video", address, "user");
    quill.setSelection(range.index + 1, 0);
  }

  // Without a caret Quill empties its menus.
  const showDefaults = () => form.querySelectorAll(".tools select").forEach((menu) => {
    if (menu.selectedIndex < 0) menu.value = "";
  });
  quill.on("editor-change", showDefaults);
  showDefaults();
  keepSaved(form, quill);
}

function fileOf(address) {
  const [, type, data] = /^data:(image\/[a-z]+);base64,(.+)$/s.exec(address) ?? [];
  if (!PICTURES.includes(type)) return null;
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  return new File([bytes], `picture.${type.slice(6)}`, { type });
}

function linkOf(typed) {
  const text = typed.trim();
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(text)) return `mailto:${text}`;
  const address = /^(https?:\/\/|mailto:|tel:)/i.test(text) ? text : `https://${text}`;
  return URL.canParse(address) && /^\S+\.\S+$|^(mailto|tel):/.test(text) ? address : null;
}
