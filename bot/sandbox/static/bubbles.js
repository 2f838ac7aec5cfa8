// Draw one message, or one album, as a bubble with its buttons.

import { drawn, el } from "./dom.js";
import { language, summaryOf, timeOf, words } from "./words.js";

const CJK = /[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]/;
const PICTOGRAPHS = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\u20e3)+$/u;
const segments = new Intl.Segmenter(language, { granularity: "grapheme" });
const TICKS = [{ d: "M1 8l4 4 8-9" }, { d: "M8 11l1 1 8-9", class: "second" }];

export function drawRow(bubbles, actions) {
  const first = bubbles[0];
  const last = bubbles[bubbles.length - 1];
  const mine = !last.from_bot;
  const body = el("div", { class: "bubble", id: `m${first.message.message_id}` });
  fill(body, bubbles, actions);
  const row = el("li", { class: mine ? "row mine" : "row" }, body);
  row.dataset.ids = bubbles.map((one) => one.message.message_id).join(" ");
  const rows = last.message.reply_markup?.inline_keyboard;
  if (rows?.length) row.append(buttonsOf(rows, last.message, actions));
  return row;
}

function fill(body, bubbles, actions) {
  const { message } = bubbles[0];
  if (message.forward_origin) body.append(el("div", { class: "forwarded" }, words.forwarded + originOf(message)));
  if (message.reply_to_message) body.append(quoteOf(message.reply_to_message, actions));
  const shown = mediaOf(bubbles, actions);
  if (shown) body.append(shown);
  const said = message.text ?? bubbles.map((one) => one.message.caption).find(Boolean);
  const bare = message.sticker || (isBig(message.text) && !message.reply_to_message);
  if (bare) body.classList.add("bare");
  if (said) body.append(textOf(said, message.entities ?? message.caption_entities ?? [], actions));
  if (!said && !shown) body.append(el("div", { class: "text" }, words.unknown));
  if (message.photo) body.classList.add("media");
  const meta = metaOf(bubbles[bubbles.length - 1]);
  if (message.photo && !said) meta.classList.add("over");
  const reaction = bubbles[0].reaction;
  const text = [...body.querySelectorAll(".text:not(.big)")].pop();
  (text && !reaction ? text : body).append(reaction ? el("span", { class: "reaction" }, reaction) : "", meta);
}

function metaOf(bubble) {
  const { message } = bubble;
  const parts = [message.edit_date ? `${words.edited} ` : null, timeOf(message.date)];
  const meta = el("span", { class: "meta" }, ...parts);
  if (!bubble.from_bot) meta.append(drawn(TICKS, { viewBox: "0 0 18 15" }));
  return meta;
}

export function isBig(text) {
  if (!text || text.length > 24 || !PICTOGRAPHS.test(text)) return false;
  return [...segments.segment(text)].length <= 3;
}

function textOf(text, entities, actions) {
  const node = el("div", { class: isBig(text) ? "text big" : "text" });
  if (CJK.test(text)) node.lang = actions.chineseOf();
  node.append(...formatted(text, entities, 0, text.length, actions));
  return node;
}

// Entities come sorted, outer before inner; their offsets are UTF-16 units, as are JavaScript's.
function formatted(text, entities, from, to, actions) {
  const nodes = [];
  let place = from;
  for (let n = 0; n < entities.length; n += 1) {
    const one = entities[n];
    if (one.offset < place || one.offset >= to) continue;
    const end = Math.min(one.offset + one.length, to);
    if (one.offset > place) nodes.push(text.slice(place, one.offset));
    const inner = formatted(text, entities.slice(n + 1), one.offset, end, actions);
    nodes.push(entityNode(one, text.slice(one.offset, end), inner, actions));
    place = end;
  }
  if (place < to) nodes.push(text.slice(place, to));
  return nodes;
}

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote" };

function entityNode(entity, part, inner, actions) {
  if (TAGS[entity.type]) return el(TAGS[entity.type], {}, ...inner);
  if (entity.type === "expandable_blockquote") return foldedOf(inner);
  if (entity.type === "spoiler") return el("span", { class: "spoiler", onclick: (event) => event.currentTarget.classList.add("open") }, ...inner);
  if (entity.type === "bot_command") return el("button", { type: "button", class: "command", onclick: () => actions.say(part) }, part);
  if (entity.type === "url" || entity.type === "text_link") {
    const address = entity.url ?? (/^https?:/i.test(part) ? part : `https://${part}`);
    return el("a", { href: safe(address), rel: "noopener noreferrer", target: "_blank", onclick: (event) => actions.follow(event, address) }, ...inner);
  }
  if (entity.type === "email") return el("a", { href: `mailto:${part}` }, part);
  return el("span", {}, ...inner);
}

// Three lines and a tap for the rest; a quote that is no longer than that opens nothing.
const overflow = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const fold = target.parentElement;
    if (fold.classList.contains("open")) continue;
    fold.classList.toggle("short", target.scrollHeight <= target.clientHeight + 2);
  }
});

function foldedOf(inner) {
  const text = el("div", { class: "fold-text" }, ...inner);
  const handle = el("button", { type: "button", class: "fold-handle", "aria-expanded": "false", "aria-label": words.unfold }, drawn("M6 9l6 6 6-6"));
  const fold = el("blockquote", { class: "fold" }, text, handle);
  const turn = () => {
    if (fold.classList.contains("short") || !getSelection().isCollapsed) return;
    const open = fold.classList.toggle("open");
    handle.setAttribute("aria-expanded", String(open));
    handle.setAttribute("aria-label", open ? words.fold : words.unfold);
  };
  fold.addEventListener("click", (event) => { event.stopPropagation(); turn(); });
  overflow.observe(text);
  return fold;
}

const safe = (address) => (/^(https?|tg):/i.test(address) ? address : "#");

function quoteOf(original, actions) {
  const who = original.from?.is_bot ? actions.botName() : words.you;
  return el("button", { type: "button", class: "quote", onclick: () => actions.show(original.message_id) }, el("b", {}, who), el("span", {}, summaryOf(original)));
}

function originOf(message) {
  const origin = message.forward_origin;
  return origin.sender_user_name ?? origin.sender_user?.first_name ?? "";
}

function mediaOf(bubbles, actions) {
  const { message } = bubbles[0];
  if (message.photo && bubbles.length > 1) return el("div", { class: "album" }, ...bubbles.map((one) => photoOf(one.message, actions)));
  if (message.photo) return photoOf(message, actions);
  if (message.sticker) return el("div", { class: "sticker", role: "img", "aria-label": words.kinds.sticker }, message.sticker.emoji ?? "🙂");
  if (message.voice) return waveOf(message.voice);
  if (message.location) return placeOf(message.location);
  if (message.contact) return contactOf(message.contact);
  if (message.poll) return el("div", { class: "poll" }, el("b", {}, message.poll.question), el("ul", {}, ...message.poll.options.map((one) => el("li", {}, one.text))));
  const file = message.document ?? message.video ?? message.audio ?? message.animation;
  return file ? fileOf(file) : null;
}

function photoOf(message, actions) {
  const size = message.photo[message.photo.length - 1];
  const image = el("img", { class: "photo", src: `/sandbox/files/${size.file_id}`, alt: message.caption ?? words.kinds.photo, width: size.width, height: size.height });
  if (size.width && size.height) image.style.aspectRatio = `${size.width} / ${size.height}`;
  return el("button", { type: "button", class: "photo-button", onclick: () => actions.zoom(image) }, image);
}

function fileOf(file) {
  const name = file.file_name ?? words.kinds.document;
  const kilobytes = Math.max(1, Math.round(file.file_size / 1024));
  return el("a", { class: "card", href: `/sandbox/files/${file.file_id}`, download: name },
    el("span", { class: "disc soft" }, drawn("M12 4v11M7 11l5 5 5-5M5 20h14")),
    el("span", {}, el("b", {}, name), el("span", {}, `${kilobytes} kB`)));
}

function contactOf(contact) {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  const phone = contact.phone_number.startsWith("+") ? contact.phone_number : `+${contact.phone_number}`;
  return el("div", { class: "card" }, el("span", { class: "disc" }, name.slice(0, 1)), el("span", {}, el("b", {}, name), el("span", {}, phone)));
}

function waveOf(voice) {
  const bars = Array.from({ length: 28 }, (_, n) => {
    const bar = el("i");
    bar.style.height = `${5 + Math.abs(Math.sin(n * 1.7) * 12) + (n % 5) * 1.6}px`;
    return bar;
  });
  return el("div", { class: "card" }, el("span", { class: "disc" }, drawn("M8 5l11 7-11 7z")),
    el("span", {}, el("div", { class: "wave" }, ...bars), el("span", {}, `${voice.duration} ${words.seconds}`)));
}

function placeOf(location) {
  const map = drawn([
    { d: "M0 0H250V130H0z", fill: "#cfe3c8" }, { d: "M150 0c20 40-30 70 10 130h90V0z", fill: "#a9cdea" },
    { d: "M-5 40L160 20M-5 96L150 110M40-5L60 135M112-5L98 135", stroke: "#fff", "stroke-width": "7" },
    { d: "M100 74c-18-22-22-30-22-40a22 22 0 0 1 44 0c0 10-4 18-22 40z", fill: "#d8402f" }, { d: "M100 26a8 8 0 1 1 0 16 8 8 0 0 1 0-16z", fill: "#fff" },
  ], { viewBox: "0 0 250 130" });
  return el("div", {}, el("span", { class: "place" }, map), el("div", { class: "text" }, `${location.latitude.toFixed(4)}, ${location.longitude.toFixed(4)}`));
}

function buttonsOf(rows, message, actions) {
  return el("div", { class: "buttons" }, ...rows.map((row) => el("div", {}, ...row.map((button) => {
    const corner = button.url ? "M7 17L17 7M9 7h8v8" : button.copy_text ? "M9 9h11v11H9zM5 15H4V4h11v1" : null;
    const node = el("button", { type: "button", class: button.style }, button.text, corner && drawn(corner, { class: "corner" }));
    node.addEventListener("click", () => actions.press(node, message.message_id, button));
    return node;
  }))));
}
