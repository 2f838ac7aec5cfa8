// What comes up over the chat: menus, questions, a picture at full size, a toast.

import { el } from "./dom.js";
import { words } from "./words.js";

const host = document.getElementById("sheets");
const toastNode = document.getElementById("toast");
let toastTimer = 0;

export function toast(text) {
  toastNode.textContent = text;
  toastNode.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toastNode.hidden = true; }, 2200 + text.length * 45);
}

function raise(veil, focused) {
  const before = document.activeElement;
  const close = () => {
    veil.remove();
    document.removeEventListener("keydown", onKey, true);
    before?.focus?.({ preventScroll: true });
  };
  const onKey = (event) => {
    if (event.key === "Escape") { event.stopPropagation(); close(); }
    if (event.key === "Tab" || event.key.startsWith("Arrow")) move(event, veil);
  };
  veil.addEventListener("click", (event) => { if (event.target === veil) close(); });
  document.addEventListener("keydown", onKey, true);
  host.replaceChildren(veil);
  (focused ?? veil.querySelector("button"))?.focus({ preventScroll: true });
  return close;
}

function move(event, veil) {
  const stops = [...veil.querySelectorAll("button")];
  if (!stops.length) return;
  const back = event.key === "ArrowUp" || event.key === "ArrowLeft" || (event.key === "Tab" && event.shiftKey);
  const place = stops.indexOf(document.activeElement);
  stops[(place + (back ? -1 : 1) + stops.length) % stops.length].focus();
  event.preventDefault();
}

export function choose(title, options, shape = "") {
  let close = () => {};
  const rows = options.map((option) => el("button", {
    type: "button", role: "menuitem", class: option.danger ? "option danger" : "option",
    onclick: () => { close(); option.act(); },
  }, option.sign ? el("span", { class: "disc", colour: option.colour, "aria-hidden": "true" }, option.sign) : null,
  el("span", {}, el("b", {}, option.title), option.line ? el("span", {}, option.line) : null)));
  const sheet = el("div", { class: `sheet ${shape}`, role: "menu", "aria-label": title }, title ? el("h3", {}, title) : null, ...rows);
  close = raise(el("div", { class: "veil" }, sheet));
}

export function askFirst(title, line, yes) {
  return new Promise((resolve) => {
    let close = () => {};
    const answer = (value) => () => { close(); resolve(value); };
    const agree = el("button", { type: "button", onclick: answer(true) }, yes);
    const sheet = el("div", { class: "sheet", role: "alertdialog", "aria-label": title }, el("h3", {}, title), el("p", {}, line),
      el("div", { class: "answers" }, el("button", { type: "button", onclick: answer(false) }, words.cancel), agree));
    close = raise(el("div", { class: "veil centre" }, sheet), agree);
  });
}

export function tell(text) {
  let close = () => {};
  const ok = el("button", { type: "button", onclick: () => close() }, words.ok);
  const sheet = el("div", { class: "sheet", role: "alertdialog", "aria-label": text }, el("p", {}, text), el("div", { class: "answers" }, ok));
  close = raise(el("div", { class: "veil centre" }, sheet), ok);
}

export function zoom(image) {
  const button = el("button", { type: "button", "aria-label": words.ok }, el("img", { src: image.src, alt: image.alt }));
  const close = raise(el("div", { class: "veil zoom" }, button));
  button.addEventListener("click", () => close());
}
