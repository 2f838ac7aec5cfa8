/* The desk's own script: what the server cannot know. It ticks waits, keeps drafts, tells whether somebody is
   here, and keeps the transcript where the reader left it. It never builds markup. */
"use strict";
(() => {
  const body = document.body;
  const agent = body.dataset.agent || "";
  const skew = body.dataset.now ? Date.now() - Number(body.dataset.now) : 0;
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const SEND_DRAFT_MS = 3000, ADVISE_MS = 800, PING_MS = 10000, WARN_IDLE_S = 270, SILENT_MS = 40000;

  document.cookie = `tz=${-new Date().getTimezoneOffset()};path=/;max-age=31536000;samesite=strict`;

  // The pages send no referrer; without this their own requests would lose their origin too.
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.referrerPolicy = "same-origin";
    event.detail.ctx.said = $("textarea[data-draft]", event.target)?.value;
  });

  const post = (path, values) => fetch(path, {
    method: "POST", credentials: "same-origin", referrerPolicy: "same-origin",
    headers: {"HX-Request": "true", "Accept": "application/json", "Content-Type": "application/json"},
    body: JSON.stringify(values),
  }).then((answer) => { if (answer.status === 401) location.assign("/login"); return answer; }).catch(() => null);

  /* Waits */
  const clock = (ms) => {
    const whole = Math.max(0, Math.floor(ms / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60, seconds = whole % 60;
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  };
  const tick = () => {
    const now = Date.now() - skew;
    for (const time of $$("[data-since]")) {
      const text = clock(now - Number(time.dataset.since));
      if (time.textContent !== text) time.textContent = text;
    }
  };
  setInterval(tick, 1000);

  /* Operation ids: one for each thing done, the same when it is tried again */
  const newOp = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
  const fillOps = () => { for (const field of $$("input[data-op]")) if (!field.value) field.value = newOp(); };

  /* Drafts */
  const draftKey = (field) => {
    const open = field.closest("[data-case]");
    return open ? `draft:${agent}:${open.dataset.case}:${field.dataset.draft}` : "";
  };
  const loadDrafts = () => {
    for (const field of $$("textarea[data-draft]")) {
      if (field.dataset.loaded) continue;
      field.dataset.loaded = "yes";
      field.value = localStorage.getItem(draftKey(field)) || "";
    }
  };
  const keepDraft = (field) => {
    if (field.value) localStorage.setItem(draftKey(field), field.value);
    else localStorage.removeItem(draftKey(field));
  };
  let draftTimer = 0;
  const sendDraft = (field) => {
    clearTimeout(draftTimer);
    const open = field.closest("[data-case]").dataset.case;
    draftTimer = setTimeout(() => post(`/desk/cases/${open}/draft`, {text: field.value}), SEND_DRAFT_MS);
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("textarea[data-draft]")) return;
    keepDraft(event.target);
    if (event.target.dataset.draft !== "say") return;
    sendDraft(event.target);
    askAdvice(event.target);
  });

  /* Advice: how it could be put better; nothing waits for it */
  let adviceTimer = 0;
  const showAdvice = (form, lines) => {
    const hint = $("[data-advice]", form);
    hint.textContent = lines.join("\n");
    hint.hidden = !lines.length;
  };
  const askAdvice = (field) => {
    clearTimeout(adviceTimer);
    const form = field.form, open = field.closest("[data-case]").dataset.case;
    if (!field.value.trim()) { showAdvice(form, []); return; }
    adviceTimer = setTimeout(async () => {
      const asked = field.value, answer = await post(`/desk/cases/${open}/advice`, {text: asked});
      if (!answer?.ok || field.value !== asked) return;
      showAdvice(form, (await answer.json()).findings.map((finding) => finding.told));
    }, ADVISE_MS);
  };

  /* Drafts and summaries by the language model: into the page, never out of it */
  const showWritten = (told, summed = "") => {
    const shown = $("#written");
    $(".told", shown).textContent = told;
    $(".summed", shown).textContent = summed;
    $(".summed", shown).hidden = !summed;
    shown.hidden = !told;
  };
  const startFrom = (field, text) => {
    $("#mode-say").checked = true;
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${text}` : text;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    field.focus();
  };
  const askWritten = async (button) => {
    const kind = button.dataset.write, open = button.closest("[data-case]").dataset.case;
    const label = button.textContent;
    button.disabled = true;
    button.textContent = button.dataset.busy;
    const answer = await post(`/desk/cases/${open}/written/${kind}`, {});
    const paper = answer?.ok ? await answer.json() : {text: "", told: $("#written")?.dataset.failed};
    button.disabled = false;
    button.textContent = label;
    if (!button.isConnected) return; // another case is open by now
    if (kind === "draft" && paper.text) startFrom($("#say textarea"), paper.text);
    showWritten(paper.told, kind === "summary" ? paper.text : "");
  };

  /* Sending */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    if (event.key === "Escape") {
      event.target.closest?.("details.menu[open]")?.querySelector("summary").focus(); // else focus is nowhere
      closeMenus();
    }
  });
  document.addEventListener("htmx:after:request", (event) => {
    const {ctx} = event.detail, form = ctx.sourceElement;
    if (ctx.response.status === 401 && !form.closest(".login")) location.assign("/login");
    if (!form.matches?.("form") || ctx.response.status >= 300) return;
    const op = $("input[data-op]", form);
    if (op) op.value = newOp();
    const field = $("textarea[data-draft]", form);
    if (!field) return;
    clearTimeout(draftTimer);
    if (field.dataset.draft === "say") { clearTimeout(adviceTimer); showAdvice(form, []); if ($("#written")) showWritten(""); }
    // What was typed while the words were on their way is the next message.
    field.value = field.value.startsWith(ctx.said) ? field.value.slice(ctx.said.length).trimStart() : field.value;
    keepDraft(field);
    carry(form, "");
    follow = true;
  });

  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx?.request.method !== "POST") return;
    $("#notices").replaceChildren($("#no-line").content.cloneNode(true));
    watchNotices();
  });

  /* What goes along: uploaded when it is chosen, sent with the words */
  const carry = (form, text, how = "") => {
    const line = $("[data-carried]", form);
    if (!line) return;
    line.hidden = !text;
    line.className = `carried ${how}`;
    $("span", line).textContent = text;
    $("[data-attachment]", form).value = "";
    $("[data-attach]", form).value = "";
    $("textarea", form).required = true;
  };
  const upload = async (form, file) => {
    const field = $("[data-attach]", form), said = {...field.dataset};
    if (file.size > Number(said.most)) { carry(form, said.large, "is-bad"); return; }
    carry(form, `${file.name} · ${said.busy}`, "is-busy");
    const shown = $("[data-carried] span", form).textContent;
    const path = `/desk/cases/${form.closest("[data-case]").dataset.case}/files?name=${encodeURIComponent(file.name)}`;
    const answer = await fetch(path, {
      method: "POST", credentials: "same-origin", referrerPolicy: "same-origin", body: file,
      headers: {"HX-Request": "true", "Accept": "application/json", "Content-Type": "application/octet-stream"},
    }).catch(() => null);
    if ($("[data-carried] span", form).textContent !== shown) return; // removed, or another one was chosen
    if (!answer?.ok) { carry(form, answer?.status === 413 ? said.large : said.failed, "is-bad"); return; }
    const kept = await answer.json();
    carry(form, kept.name);
    $("[data-attachment]", form).value = kept.file;
    $("textarea", form).required = false;
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-attach]") && event.target.files[0]) upload(event.target.form, event.target.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0], form = event.target.closest?.("#say");
    if (!file || !form) return;
    event.preventDefault();
    upload(form, file);
  });
  document.addEventListener("submit", (event) => {
    if (!$(".carried.is-busy:not([hidden])", event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  /* Transcript: stay at the end when there, else where the reader is */
  let follow = true, openCase = "", lastLine = "";
  const transcript = () => $("#transcript");
  const isAtEnd = (pane) => pane.scrollHeight - pane.scrollTop - pane.clientHeight < 60;
  document.addEventListener("scroll", (event) => {
    if (event.target.id !== "transcript") return;
    follow = isAtEnd(event.target);
    if (follow) $("#newer").hidden = true;
  }, true);
  const settleTranscript = () => {
    const pane = transcript(), conversation = $("#conversation");
    if (!pane || !conversation) { openCase = ""; return; }
    if (conversation.dataset.case !== openCase) { openCase = conversation.dataset.case; follow = true; }
    sized.observe(pane);
    const newest = pane.lastElementChild?.id || "";
    if (follow) pane.scrollTop = pane.scrollHeight;
    else if (newest !== lastLine) $("#newer").hidden = false;
    lastLine = newest;
  };

  const sized = new ResizeObserver(() => { if (follow && transcript()) transcript().scrollTop = transcript().scrollHeight; });

  /* Which case is open, which step a small window shows */
  const markOpen = () => {
    for (const row of $$("#queue .row")) {
      if (row.getAttribute("href") === location.pathname) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    const open = $("#conversation");
    body.classList.toggle("has-case", Boolean(open || $("#left")));
    const step = $("#case")?.dataset.show || "conversation";
    for (const button of $$("[data-show-step]")) button.setAttribute("aria-pressed", String(button.dataset.showStep === step));
  };
  const closeMenus = (except) => { for (const menu of $$("details.menu[open]")) if (menu !== except) menu.open = false; };
  document.addEventListener("click", (event) => {
    const step = event.target.closest?.("[data-show-step]");
    if (step) { $("#case").dataset.show = step.dataset.showStep; markOpen(); }
    const writes = event.target.closest?.("[data-write]");
    if (writes) askWritten(writes);
    if (event.target.closest?.("[data-unwrite]")) showWritten("");
    if (event.target.closest?.("[data-drop]")) carry(event.target.closest("form"), "");
    if (event.target.closest?.("[data-close]")) event.target.closest(".notice").remove();
    if (event.target.closest?.("#newer")) { follow = true; $("#newer").hidden = true; settleTranscript(); }
    closeMenus(event.target.closest?.("details.menu"));
    if (event.target.closest?.("#log-out")) for (const key of Object.keys(localStorage)) if (key.startsWith(`draft:${agent}:`)) localStorage.removeItem(key);
  });

  // Taking a case tells that its packet was read: not by somebody who did not have it in view.
  document.addEventListener("submit", (event) => {
    const read = $("[name=packet_version]", event.target);
    if (read && !$("#packet").checkVisibility()) read.value = 0;
  }, true);

  /* Notices leave by themselves */
  let noticeTimer = 0;
  const watchNotices = () => {
    clearTimeout(noticeTimer);
    if ($("#notices .notice") && !$(".login")) noticeTimer = setTimeout(() => $("#notices").replaceChildren(), 12000);
  };

  const settle = () => { fillOps(); loadDrafts(); markOpen(); settleTranscript(); watchNotices(); tick(); };
  document.addEventListener("htmx:after:swap", settle);
  // Another case in the pane: its composer is a new one.
  document.addEventListener("htmx:before:swap", (event) => {
    if (event.detail.ctx.target?.id === "case") { delete $("#case").dataset.show; $("#notices").replaceChildren(); }
  });

  /* The live stream */
  let heardAt = Date.now(), connection = null;
  const showLink = (on) => {
    const link = $("#link");
    if (!link || link.classList.contains("off") === !on) return;
    link.classList.toggle("off", !on);
    link.lastElementChild.textContent = on ? link.dataset.on : link.dataset.off;
  };
  document.addEventListener("htmx:sse:after:connection", (event) => {
    heardAt = Date.now();
    connection = event.detail.connection;
    showLink(connection.status < 400);
  });
  document.addEventListener("htmx:sse:before:message", () => { heardAt = Date.now(); showLink(true); });
  document.addEventListener("htmx:sse:error", (event) => {
    showLink(false);
    if (event.detail.status === 401) location.assign("/login");
  });
  document.addEventListener("htmx:sse:close", () => showLink(false));
  // A connection can die without a word: end it, and the stream asks again from where it was.
  const revive = () => {
    if (!$("#live") || Date.now() - heardAt < SILENT_MS) return;
    heardAt = Date.now();
    showLink(false);
    connection?.reader?.cancel();
  };
  setInterval(revive, 5000);
  document.addEventListener("visibilitychange", revive);

  /* Presence */
  if ($("#queue")) {
    let inputAt = Date.now();
    const idleSeconds = () => Math.floor((Date.now() - inputAt) / 1000);
    const ping = () => post("/desk/presence", {idle_seconds: idleSeconds()});
    const here = () => {
      if (idleSeconds() > WARN_IDLE_S) ping();
      inputAt = Date.now();
      $("#idle").hidden = true;
    };
    for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"]) addEventListener(kind, here, {passive: true});
    setInterval(() => { ping(); $("#idle").hidden = idleSeconds() < WARN_IDLE_S; }, PING_MS);
    ping();
  }

  settle();
})();
