// The phone: which customer holds it, what their chat shows, what they do.

import { drawRow } from "./bubbles.js";
import { ask, el, upload } from "./dom.js";
import { askFirst, choose, tell, toast, zoom } from "./sheets.js";
import { dayOf, language, summaryOf, timeOf, words } from "./words.js";

const $ = (id) => document.getElementById(id);
const stage = document.querySelector(".stage");
const narrow = matchMedia("(width <= 760px)");
const coarse = matchMedia("(pointer: coarse)");
const GROUP_SECONDS = 300;

const people = new Map();
const pressed = new Map();
const answered = new Map();
let bot = { name: "", connected: false, descriptions: {} };
let open = null;       // the id of the customer whose phone we hold
let chat = null;       // what surrounds the bubbles
let groups = [];       // bubbles in order; an album is one group
let context = null;    // { kind: "edit" | "reply", bubble }
let startPayload = "";
let typingTimer = 0;
let refreshTimer = 0;
let stream = null;
let held = null;       // what happens to a chat while its history is on the way

const actions = {
  say, zoom, press, follow,
  botName: () => bot.name,
  chineseOf: () => (people.get(open)?.language_code.startsWith("zh-hant") ? "zh-Hant" : "zh-Hans"),
  show: (id) => rowOf(id)?.scrollIntoView({ block: "center", behavior: "smooth" }),
};

// ---- the people -------------------------------------------------------------------------------

async function load() {
  const state = await ask("state");
  bot = state.bot;
  people.clear();
  for (const person of state.customers) people.set(person.id, person);
  drawPeople();
  drawBot();
  follows(state.cursor);
  const [wanted, verb, payload] = location.hash.slice(1).split("/");
  startPayload = verb === "start" ? payload ?? "" : "";
  const chosen = people.has(Number(wanted)) ? Number(wanted) : open;
  if (chosen) await take(chosen);
  else if (!narrow.matches && people.size) await take(people.keys().next().value);
}

function drawPeople() {
  const focused = document.activeElement?.dataset?.person;
  $("people").replaceChildren(...[...people.values()].map(personRow));
  if (focused) $("people").querySelector(`[data-person="${focused}"]`)?.focus({ preventScroll: true });
  const unread = [...people.values()].reduce((sum, one) => sum + one.unread, 0);
  document.title = (unread ? `(${unread}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

function personRow(person) {
  const badge = person.unread ? el("span", { class: "badge", "aria-label": `${person.unread} ${words.newest}` }, String(person.unread)) : el("span");
  const line = person.about[language] ?? (person.last ? summaryOf(person.last.message) : "");
  return el("li", {}, el("button", {
    type: "button", class: "person", "data-person": person.id, "aria-current": String(person.id === open), onclick: () => (location.hash === `#${person.id}` ? take(person.id) : location.assign(`#${person.id}`)),
  }, avatarOf(person), el("span", { class: "person-name" }, person.name),
  el("span", { class: "person-time" }, person.last ? timeOf(person.last.message.date) : ""), el("span", { class: "person-line" }, line), badge));
}

const avatarOf = (person) => el("span", { class: "avatar", colour: person.colour, "aria-hidden": "true" }, person.initials);

function drawBot() {
  $("bot-name").textContent = bot.name;
  $("bot-avatar").textContent = bot.name.slice(0, 1).toUpperCase();
  $("strip").hidden = bot.connected;
  if (!typingTimer) status(bot.connected ? words.bot : words.waiting, false);
}

function status(text, active) {
  $("bot-status").textContent = text;
  $("bot-status").classList.toggle("active", active);
}

// ---- one chat ---------------------------------------------------------------------------------

async function take(id) {
  const other = open !== id;
  open = id;
  stage.dataset.view = "chat";
  const person = people.get(id);
  const mine = held = [];
  const news = await ask(`chats/${id}/history`);
  if (held !== mine) return;
  held = null;
  chat = news.chat;
  groups = [];
  if (other) { setContext(null); $("text").value = ""; grow(); }
  still();
  $("bubbles").replaceChildren();
  for (const bubble of news.bubbles) append(bubble, false);
  for (const [kind, event] of mine) happen[kind](event);
  drawChips(person);
  drawFoot();
  drawPeople();
  toEnd();
  seen();
  if (!narrow.matches && !coarse.matches) $("text").focus({ preventScroll: true });
}

function append(bubble, fresh) {
  const { message } = bubble;
  const before = groups[groups.length - 1];
  const album = message.media_group_id;
  if (before && album && before.bubbles[0].message.media_group_id === album) {
    before.bubbles.push(bubble);
    redraw(before);
    return;
  }
  const day = dayOf(message.date);
  if (before?.day !== day) $("bubbles").append(el("li", { class: "day" }, day));
  const joins = before && before.day === day && before.bubbles[0].from_bot === bubble.from_bot
    && message.date - before.bubbles[0].message.date < GROUP_SECONDS && !before.bubbles.at(-1).message.reply_markup;
  const group = { bubbles: [bubble], day, first: !joins, last: true };
  if (joins) { before.last = false; before.node.classList.remove("last"); }
  groups.push(group);
  group.node = rowFor(group);
  if (fresh) group.node.classList.add("fresh");
  $("bubbles").append(group.node);
  const typing = $("bubbles").querySelector(".typing");
  if (typing) $("bubbles").append(typing);
}

function rowFor(group) {
  const row = drawRow(group.bubbles, actions);
  row.classList.toggle("first", group.first);
  row.classList.toggle("last", group.last);
  const newest = group.bubbles.at(-1);
  if (!newest.from_bot && newest.message.message_id <= chat.confirmed_id) row.classList.add("seen");
  const body = row.querySelector(".bubble");
  body.addEventListener("contextmenu", (event) => { event.preventDefault(); about(group); });
  body.addEventListener("click", (event) => { if (coarse.matches && !event.target.closest("a, button")) about(group); });
  body.append(el("button", { type: "button", class: "dots", "aria-label": words.more, "aria-haspopup": "menu", onclick: () => about(group) }, "⋯"));
  return row;
}

function redraw(group) {
  const fresh = rowFor(group);
  group.node.replaceWith(fresh);
  group.node = fresh;
}

const groupOf = (id) => groups.find((group) => group.bubbles.some((one) => one.message.message_id === id));
const rowOf = (id) => groupOf(id)?.node;

function about(group) {
  const bubble = group.bubbles[0];
  const { message } = bubble;
  const text = message.text ?? message.caption;
  choose("", [
    { title: words.reply, act: () => setContext({ kind: "reply", bubble }) },
    !bubble.from_bot && message.text && !message.forward_origin && { title: words.edit, act: () => setContext({ kind: "edit", bubble }) },
    text && { title: words.copy, act: () => copy(text) },
    { title: words.like, act: () => act("react", { message_id: message.message_id, emoji: "👍" }) },
  ].filter(Boolean));
}

function setContext(wanted) {
  if (context?.kind === "edit" && wanted?.kind !== "edit") { $("text").value = ""; grow(); }
  context = wanted;
  $("context").hidden = !wanted;
  if (!wanted) return;
  const { message } = wanted.bubble;
  $("context").replaceChildren(
    el("div", { class: "quote" }, el("b", {}, wanted.kind === "edit" ? words.editing : `${words.replying} ${wanted.bubble.from_bot ? bot.name : words.you}`), el("span", {}, summaryOf(message))),
    el("button", { type: "button", class: "icon", "aria-label": words.cancel, onclick: () => setContext(null) }, "✕"));
  if (wanted.kind === "edit") { $("text").value = message.text; grow(); }
  $("text").focus();
}

function drawChips(person) {
  const own = person.language_code.startsWith("zh") ? "zh" : "en";
  const lines = [...(person.tries[own] ?? []), ...(person.tries[own === "zh" ? "en" : "zh"] ?? [])];
  $("chips").replaceChildren(...lines.map((line) => el("button", { type: "button", class: "chip", onclick: () => say(line) }, line)));
  $("chips").scrollLeft = 0;
}

// The foot of the phone: composer, START, UNBLOCK, and the keyboard the bot laid out.
function drawFoot() {
  const person = people.get(open);
  const empty = groups.length === 0;
  const wide = chat.blocked ? words.unblock : empty || startPayload ? words.start : "";
  $("foot").hidden = !wide;
  $("wide").textContent = wide;
  $("composer").hidden = Boolean(wide);
  $("chips").parentElement.hidden = chat.blocked || !$("chips").childElementCount;
  $("intro").hidden = !empty;
  const description = bot.descriptions[person.language_code.slice(0, 2)] || bot.descriptions[""];
  $("intro").replaceChildren(el("b", {}, words.introTitle), description || words.intro);
  $("commands").hidden = !person.commands.length;
  const rows = chat.blocked ? null : chat.keyboard?.keyboard;
  $("keys").hidden = !rows;
  $("keyboard").hidden = !rows || $("keys").getAttribute("aria-pressed") !== "true";
  $("keyboard").replaceChildren(...(rows ?? []).map((row) => el("div", {}, ...row.map((key) => el("button", { type: "button", onclick: () => pressKey(key) }, key.text)))));
  $("text").placeholder = chat.keyboard?.input_field_placeholder ?? words.message;
}

// ---- what the customer does --------------------------------------------------------------------

async function act(verb, body) {
  try {
    return await ask(`chats/${open}/${verb}`, body);
  } catch (error) {
    toast(error.message);
    return null;
  }
}

async function say(text) {
  if (context?.kind === "edit") {
    const id = context.bubble.message.message_id;
    setContext(null);
    return act("edit", { message_id: id, text });
  }
  const body = { text };
  if (context?.kind === "reply") body.reply_to = context.bubble.message.message_id;
  setContext(null);
  return act("say", body);
}

async function press(node, messageId, button) {
  if (node.classList.contains("busy")) return;
  if (button.url) { await openLink(button.url); return; }
  if (button.copy_text) { copy(button.copy_text.text); return; }
  node.classList.add("busy");
  const done = await act("press", { message_id: messageId, data: button.callback_data, text: button.text });
  if (!done || answered.has(done.callback_id)) { node.classList.remove("busy"); return; }
  pressed.set(done.callback_id, node);
  setTimeout(() => { node.classList.remove("busy"); pressed.delete(done.callback_id); }, 15000);
}

async function pressKey(key) {
  if (key.request_contact && !(await askFirst(words.askNumber, words.askNumberLine.replace("{phone}", people.get(open).phone), words.share))) return;
  if (key.request_location && !(await askFirst(words.askPlace, words.askPlaceLine, words.share))) return;
  await act("press", { text: key.text });
  if (chat.keyboard?.one_time_keyboard) { chat.keyboard = null; drawFoot(); }
}

function follow(event, address) {
  event.preventDefault();
  openLink(address);
}

async function openLink(address) {
  const link = new URL(address, location.href);
  if (link.hostname === "t.me" && link.pathname.slice(1) === bot.username && link.searchParams.has("start")) {
    await act("start", { payload: link.searchParams.get("start") });
  } else if (/^https?:$/.test(link.protocol) && await askFirst(words.openLink, address, words.open)) {
    window.open(link.href, "_blank", "noopener,noreferrer");
  }
}

function copy(text) {
  navigator.clipboard?.writeText(text).catch(() => {});
  toast(words.copied + text);
}

async function sendFiles(kind, files) {
  try {
    const ids = [];
    for (const file of files) ids.push((await upload(file)).file_id);
    const caption = $("text").value.trim();
    $("text").value = "";
    grow();
    if (ids.length > 1) await act("album", { file_ids: ids.slice(0, 10), caption });
    else await act("send", { kind, file_id: ids[0], caption });
  } catch (error) {
    toast(error.message);
  }
}

function attach() {
  const person = people.get(open);
  const send = (body) => () => act("send", body);
  choose(words.attach, [
    { title: words.photo, line: words.photoLine, sign: "🖼", colour: "#4b8fd6", act: () => $("pick-photo").click() },
    { title: words.document, line: words.documentLine, sign: "📄", colour: "#7667c9", act: () => $("pick-file").click() },
    { title: words.sample, line: words.sampleLine, sign: "📦", colour: "#b98852", act: send({ kind: "photo", sample: 0 }) },
    { title: words.payment, line: words.sampleLine, sign: "💳", colour: "#c9577b", act: send({ kind: "photo", sample: 1 }) },
    { title: words.colour, line: words.sampleLine, sign: "☕", colour: "#3f9a78", act: send({ kind: "photo", sample: 2 }) },
    { title: words.album, line: words.albumLine, sign: "🗂", colour: "#55799a", act: () => act("album", { count: 3 }) },
    { title: words.location, line: words.locationLine, sign: "📍", colour: "#3ea65a", act: () => act("location", {}) },
    { title: words.contact, line: person.phone, sign: "👤", colour: "#d98324", act: () => act("contact", {}) },
    { title: words.other, line: words.otherLine, sign: "👥", colour: "#8a7d6f", act: () => act("contact", { contact: { phone_number: "+12025550199", first_name: "Alex" } }) },
    { title: words.voice, line: words.voiceLine, sign: "🎙", colour: "#2d8a9a", act: send({ kind: "voice" }) },
    { title: words.sticker, sign: "🥺", colour: "#c7a13b", act: send({ kind: "sticker", emoji: "🥺" }) },
    { title: words.poll, sign: "📊", colour: "#5a6fc0", act: () => act("poll", { question: words.pollQuestion, options: words.pollOptions }) },
  ], "grid");
}

function showMore() {
  choose(bot.name, [
    { title: words.restart, act: () => act("start", {}) },
    { title: words.shareNumber, line: people.get(open).phone, act: () => act("contact", {}) },
    chat.blocked ? { title: words.unblock, act: () => act("block", { blocked: false }) }
      : { title: words.block, danger: true, act: () => act("block", { blocked: true }) },
  ]);
}

function showCommands() {
  choose(words.commands, people.get(open).commands.map((one) => ({ title: `/${one.command}`, line: one.description, act: () => say(`/${one.command}`) })));
}

// ---- what happens ------------------------------------------------------------------------------

const happen = {
  message(event) {
    const person = people.get(event.chat_id);
    if (!person) { if (event.chat_id > 0) refresh(); return; }
    person.last = event;
    const here = event.chat_id === open;
    const known = here && groupOf(event.message.message_id);
    if (event.from_bot && !known && !(here && atEnd() && !document.hidden)) person.unread += 1;
    if (here) arrived(event);
    drawPeople();
  },
  edited(event) {
    const group = event.chat_id === open && groupOf(event.message.message_id);
    if (!group) return;
    const place = group.bubbles.findIndex((one) => one.message.message_id === event.message.message_id);
    group.bubbles[place] = event;
    const end = atEnd();
    redraw(group);
    if (end) toEnd();
  },
  deleted(event) { if (event.chat_id === open) take(open); },
  chat(event) { if (event.chat_id === open) { chat = event; drawFoot(); } },
  confirmed(event) {
    if (event.chat_id !== open) return;
    chat.confirmed_id = event.message_id;
    for (const group of groups) if (!group.bubbles[0].from_bot && group.bubbles.at(-1).message.message_id <= event.message_id) group.node.classList.add("seen");
  },
  action(event) { if (event.chat_id === open) works(event.action, event.seconds); },
  answered(event) {
    answered.set(event.callback_id, true);
    pressed.get(event.callback_id)?.classList.remove("busy");
    pressed.delete(event.callback_id);
    if (event.chat_id !== open) return;
    if (event.url) openLink(event.url);
    if (event.text) (event.show_alert ? tell : toast)(event.text);
  },
  bot: refresh,
  customer: refresh,
  beat(event) { if (event.connected !== bot.connected) { bot.connected = event.connected; drawBot(); } },
  reset: () => load(),
};

function hear(kind, handle, event) {
  if (held && event.chat_id === open) held.push([kind, event]);
  else handle(event);
}

function arrived(event) {
  if (groupOf(event.message.message_id)) return;
  const end = atEnd() || !event.from_bot;
  if (event.from_bot) still();
  if (event.keyboard) {
    chat.keyboard = event.keyboard.remove_keyboard ? null : event.keyboard;
    $("keys").setAttribute("aria-pressed", "true");
    if (event.keyboard.force_reply) setContext({ kind: "reply", bubble: event });
  }
  if (!event.from_bot) startPayload = "";
  append(event, true);
  drawFoot();
  if (end) { toEnd(); seen(); } else drawDown();
}

// A replay or a test makes customers by the thousand: look again once, not for each.
function refresh() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(lookAgain, 120);
}

async function lookAgain() {
  const state = await ask("state");
  const moved = state.bot.id !== bot.id;
  bot = state.bot;
  for (const person of state.customers) people.set(person.id, person);
  drawBot();
  drawPeople();
  if (open && moved) await take(open);
  else if (chat) drawFoot();
}

function works(action, seconds) {
  status(action === "typing" ? words.typing : words.sending, true);
  if (!$("bubbles").querySelector(".typing")) {
    const end = atEnd();
    $("bubbles").append(el("li", { class: "typing", "aria-hidden": "true" }, el("i"), el("i"), el("i")));
    if (end) toEnd();
  }
  clearTimeout(typingTimer);
  typingTimer = setTimeout(still, seconds * 1000);
}

function still() {
  clearTimeout(typingTimer);
  typingTimer = 0;
  $("bubbles").querySelector(".typing")?.remove();
  drawBot();
}

function follows(cursor) {
  stream?.close();
  stream = new EventSource(`/sandbox/events?cursor=${encodeURIComponent(cursor)}`);
  for (const [kind, handle] of Object.entries(happen)) stream.addEventListener(kind, (event) => hear(kind, handle, JSON.parse(event.data)));
  stream.addEventListener("error", () => { $("strip").hidden = false; status(words.offline, false); });
  stream.addEventListener("open", drawBot);
}

// ---- scrolling and reading -----------------------------------------------------------------------

const scroll = $("scroll");
const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
const toEnd = () => { scroll.scrollTop = scroll.scrollHeight; drawDown(); };

function drawDown() {
  $("down").hidden = atEnd();
  const unread = people.get(open)?.unread ?? 0;
  const badge = $("down").querySelector(".badge");
  badge.hidden = !unread;
  badge.textContent = unread;
}

function seen() {
  const person = people.get(open);
  const newest = groups.at(-1)?.bubbles.at(-1).message.message_id ?? 0;
  if (!person || document.hidden || !atEnd() || newest <= chat.read_id) return;
  chat.read_id = newest;
  if (person.unread) { person.unread = 0; drawPeople(); drawDown(); }
  ask(`chats/${open}/read`, { message_id: newest }).catch(() => {});
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
  $("send").disabled = !box.value.trim();
}

// ---- wiring --------------------------------------------------------------------------------------

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  const editing = context?.kind === "edit";
  if (!editing) $("text").value = "";
  say(text).then((done) => { if (!done && !$("text").value) { $("text").value = text; grow(); } });
  grow();
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !coarse.matches) { event.preventDefault(); $("composer").requestSubmit(); }
  if (event.key === "Escape" && context) setContext(null);
  if (event.key === "ArrowUp" && !$("text").value) {
    const own = groups.flatMap((group) => group.bubbles).findLast((one) => !one.from_bot && one.message.text);
    if (own) { event.preventDefault(); setContext({ kind: "edit", bubble: own }); }
  }
});
$("text").addEventListener("input", grow);
$("attach").addEventListener("click", attach);
$("menu").addEventListener("click", showMore);
$("commands").addEventListener("click", showCommands);
$("keys").addEventListener("click", () => {
  $("keys").setAttribute("aria-pressed", String($("keys").getAttribute("aria-pressed") !== "true"));
  drawFoot();
  toEnd();
});
$("wide").addEventListener("click", async () => {
  if (chat.blocked) await act("block", { blocked: false });
  else await act("start", { payload: startPayload });
});
$("back").addEventListener("click", () => { location.hash = ""; });
$("down").addEventListener("click", () => { toEnd(); seen(); });
$("pick-photo").addEventListener("change", (event) => { const files = [...event.target.files]; event.target.value = ""; if (files.length) sendFiles("photo", files); });
$("pick-file").addEventListener("change", (event) => { const files = [...event.target.files]; event.target.value = ""; if (files.length) sendFiles("document", files); });
scroll.addEventListener("scroll", () => { drawDown(); seen(); }, { passive: true });
addEventListener("hashchange", () => {
  const id = Number(location.hash.slice(1).split("/")[0]);
  if (people.has(id)) take(id);
  else { open = narrow.matches ? null : open; stage.dataset.view = "list"; drawPeople(); }
});
document.addEventListener("visibilitychange", () => { if (chat) seen(); });
new ResizeObserver(() => { if (chat && $("down").hidden) toEnd(); }).observe(scroll);
grow();
load();
