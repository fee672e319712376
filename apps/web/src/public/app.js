/*
 * The few things that HTML and htmx cannot do by themselves. Every listener is on the document, so it also serves what
 * is swapped in later; every page works without this file.
 */
"use strict";

const TOAST_MS = 6_000;
const POLL_MS = 4_000;
const TICK_MS = 30_000;

/** Runs `handler(element, event)` when the event happens on or in an element of the selector. */
function on(type, selector, handler) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest(selector) : null;
    if (element) handler(element, event);
  });
}

/* ── Whatever appears, now or by a swap ─────────────────────────────────────────────────────────────────────────── */

function awaken(root) {
  const within = (selector) => [
    ...(root.matches(selector) ? [root] : []),
    ...root.querySelectorAll(selector),
  ];
  for (const element of within("[data-needs-script]")) element.hidden = false;
  for (const toast of within(".toast[data-leaves=true]")) leaveLater(toast);
  for (const time of within("time")) localise(time);
  for (const current of within(":is(.tabs, .segments) > [aria-current]")) reveal(current);
}

/** Moves a row of tabs along to the current one. By hand, for `scrollIntoView` would move the page as well. */
function reveal(current) {
  const row = current.parentElement;
  const [outer, inner] = [row, current].map((element) => element.getBoundingClientRect());
  if (inner.right > outer.right) row.scrollLeft += inner.right - outer.right;
  if (inner.left < outer.left) row.scrollLeft -= outer.left - inner.left;
}

document.addEventListener("htmx:after:settle", (event) => {
  for (const node of event.detail.newContent) {
    if (!(node instanceof Element)) continue;
    awaken(node);
    node.querySelector("[data-focus]")?.focus();
  }
});

/* A page of its own takes the focus to what went wrong only when it is the answer to that. */
const [arrival] = performance.getEntriesByType("navigation");
if ([409, 422].includes(arrival?.responseStatus ?? 422))
  document.querySelector("[data-focus]")?.focus();

/* ── Toasts ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

const leaving = new WeakSet();

function leaveLater(toast) {
  if (leaving.has(toast)) return;
  leaving.add(toast);
  let timer = setTimeout(() => toast.remove(), TOAST_MS);
  const hold = () => clearTimeout(timer);
  const letGo = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), TOAST_MS);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", letGo);
  toast.addEventListener("focusout", letGo);
}

on("click", "[data-closes-toast]", (button) => button.closest(".toast").remove());

document.addEventListener("htmx:error", (event) => {
  /* A live region tries again by itself. */
  if (!event.detail.ctx || event.detail.ctx.response || isLive(event.target)) return;
  const template = document.getElementById("connection-lost");
  const toasts = document.getElementById("toasts");
  if (template && toasts) toasts.append(template.content.cloneNode(true));
});

/* ── Dialogs and menus ──────────────────────────────────────────────────────────────────────────────────────────── */

document.addEventListener("htmx:after:swap", (event) => {
  const dialog = document.getElementById("dialog");
  const content = document.getElementById("dialog-content");
  if (dialog && event.detail.ctx?.target === content && content.childElementCount > 0) {
    if (!dialog.open) dialog.showModal();
  }
});

on("click", "[data-closes-dialog]", (link, event) => {
  const dialog = link.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
});

/* For browsers that do not know command="show-modal" or closedby="any" yet. */
on("click", "button[commandfor]", (button) => {
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
});
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.closedBy === undefined)
    event.target.close();
});

on("click", ".menu a, .sidebar a", (link) => link.closest("[popover]")?.hidePopover?.());

/* ── Forms ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* A second press must not send twice. htmx forms drop it themselves (hx-sync). */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (event.submitter?.hasAttribute("data-downloads") || isNothing(event.submitter)) return;
  if (form.hasAttribute("data-busy")) {
    event.preventDefault();
    return;
  }
  /* After this turn, so that the button's own name and value are still sent. */
  setTimeout(() => {
    if (event.defaultPrevented) return;
    form.setAttribute("data-busy", "");
    seenButton(form, event.submitter)?.setAttribute("data-busy", "");
  });
});
/** Enter on a box of a table, which has to do with none of its buttons. */
function isNothing(submitter) {
  return submitter?.formMethod === "dialog";
}
/** The button that does what was pressed: Enter presses one that nobody sees. */
function seenButton(form, submitter) {
  return submitter?.matches(".form-default")
    ? form.querySelector(".form-actions > button:last-child")
    : submitter;
}
/* Coming back by the browser's own button shows the page as it was left: busy. */
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const element of document.querySelectorAll("[data-busy]"))
    element.removeAttribute("data-busy");
});

/* Leaving with something typed and not sent asks first; what came back instead of being saved is still not saved. */
const edited = new WeakSet();
const sent = new WeakSet();
on("input", "form[data-guard]", (form) => {
  edited.add(form);
  sent.delete(form);
});
/* A part of a form that is put in or taken out by a button of its own. */
on("click", "form[data-guard] button[hx-post]", (button) => {
  edited.add(button.form);
  sent.delete(button.form);
});
document.addEventListener("submit", (event) => {
  // A file or a frame that is made of the form is no saving of it.
  if (!event.submitter?.hasAttribute("data-downloads")) sent.add(event.target);
});
for (const failure of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(failure, (event) => sent.delete(event.target));
}
window.addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("form[data-guard]")].some(isUnsaved)) event.preventDefault();
});
function isUnsaved(form) {
  return !sent.has(form) && (edited.has(form) || form.hasAttribute("data-unsaved"));
}

on("click", "[data-reveal]", (button) => {
  const input = document.getElementById(button.getAttribute("data-reveal"));
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
});

/* ── Tables: choose all, and say how many ───────────────────────────────────────────────────────────────────────── */

on("change", "[data-select-all], [data-select]", (box) => {
  const bulk = box.closest("[data-bulk]");
  const boxes = [...bulk.querySelectorAll("[data-select]")];
  const all = bulk.querySelector("[data-select-all]");
  if (box === all) for (const each of boxes) each.checked = all.checked;
  const selected = boxes.filter((each) => each.checked).length;
  all.checked = selected === boxes.length;
  all.indeterminate = selected > 0 && selected < boxes.length;
  bulk.querySelector("[data-bulk-count]").textContent = `${selected} selected`;
});

/* ── Theme ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

document.addEventListener("submit", (event) => {
  if (!event.target.hasAttribute("data-theme-switch") || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  document.documentElement.setAttribute("data-theme", theme);
  document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`;
  for (const button of document.querySelectorAll("[data-theme-switch] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
});

/* ── Copying ────────────────────────────────────────────────────────────────────────────────────────────────────── */

on("click", "[data-copies]", async (button) => {
  await navigator.clipboard.writeText(button.getAttribute("data-copies"));
  button.setAttribute("data-copied", "");
  setTimeout(() => button.removeAttribute("data-copied"), 1_500);
});

/* ── The key for the search ─────────────────────────────────────────────────────────────────────────────────────── */

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const search = document.querySelector("[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

/* ── Times ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat("en-GB");
const STEPS = [
  [60, "second", 1],
  [3_600, "minute", 60],
  [86_400, "hour", 3_600],
  [2_592_000, "day", 86_400],
  [31_536_000, "month", 2_592_000],
];

/** The reader's own time zone in the title; and how long ago, for those that say so. */
function localise(time) {
  const at = new Date(time.dateTime);
  time.title = exact.format(at);
  if (!time.hasAttribute("data-relative")) return;
  const seconds = (at - Date.now()) / 1_000;
  const step = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  if (!step) return;
  const [, unit, size] = step;
  time.textContent =
    Math.abs(seconds) < 10 ? "just now" : relative.format(Math.trunc(seconds / size), unit);
}

setInterval(() => document.querySelectorAll("time[data-relative]").forEach(localise), TICK_MS);

/* ── Live regions: where event streams do not get through, fetch ────────────────────────────────────────────────── */

/* A stream that breaks off says so itself; one that never begins is a request that failed. */
document.addEventListener("htmx:sse:error", (event) => poll(event.target));
document.addEventListener("htmx:error", (event) => poll(event.target));

function poll(region) {
  if (!isLive(region) || region.hasAttribute("data-polling")) return;
  region.setAttribute("data-polling", "");
  const timer = setInterval(() => {
    if (!region.isConnected || !region.hasAttribute("data-polling")) clearInterval(timer);
    else if (!document.hidden) {
      window.htmx.ajax("GET", region.getAttribute("data-poll"), {
        source: region,
        target: region,
        swap: "innerMorph",
      });
    }
  }, POLL_MS);
}

function isLive(element) {
  return element instanceof Element && element.hasAttribute("data-poll");
}

document.addEventListener("htmx:sse:after:connection", (event) => {
  event.target.removeAttribute?.("data-polling");
  if (document.hidden) letRest(event.detail.connection);
});

/*
 * A browser opens six connections to a host that speaks HTTP/1.1, so that six tabs with a stream each leave none for a page.
 * htmx lets go of a stream when its tab is hidden, and takes it up again when it is shown. Of a tab that was hidden before, as one
 * opened in the background is, nobody told it: its own listener is called here, and the answer that has begun is broken off.
 */
function letRest(connection) {
  connection.visibilityHandler?.();
  connection.abortController.abort();
}

awaken(document.documentElement);
