// What pages do beyond HTML. Everything works without this file; no page has a script of its own.
import Alpine from "@alpinejs/csp";

const $ = (id) => document.getElementById(id);
const on = (type, handler, target = document, early = false) => target.addEventListener(type, handler, early);

/* Copying and sharing: <button data-copy="text" data-done="Copied">, <button data-share="url"> */

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain HTTP and old in-app browsers have no clipboard API
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "sr-only";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

function sayDone(button) {
  const label = button.querySelector("[data-label]") ?? button;
  if (!button.dataset.done || button.dataset.was) return;
  button.dataset.was = label.textContent;
  label.textContent = button.dataset.done;
  $("said").textContent = button.dataset.done;
  setTimeout(() => {
    label.textContent = button.dataset.was;
    delete button.dataset.was;
  }, 2000);
}

async function share(button) {
  const { share: url, title } = button.dataset;
  if (!navigator.share) {
    await copyText(url);
    return sayDone(button);
  }
  try {
    await navigator.share({ url, title });
  } catch (refused) {
    if (refused.name !== "AbortError") throw refused;
  }
}

on("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-share], [data-close], [data-reveal]");
  if (!button) return;
  if (button.dataset.copy !== undefined) {
    await copyText(button.dataset.copy);
    sayDone(button);
  } else if (button.dataset.share !== undefined) await share(button);
  else if (button.dataset.close !== undefined) button.closest("[data-closes], dialog")?.[closing(button)]();
  else reveal(button);
});

const closing = (button) => (button.closest("[data-closes], dialog").close ? "close" : "remove");

/* Showing a password: the button names its input */
function reveal(button) {
  const input = $(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

/* Asking before an action that cannot be taken back: <form data-ask="..." data-ask-button="..."> */

on("submit", (event) => {
  const form = event.target;
  if (!form.dataset.ask || form.dataset.sure) return;
  event.preventDefault();
  event.stopPropagation();
  const dialog = $("ask");
  $("ask-title").textContent = form.dataset.ask;
  $("ask-text").textContent = form.dataset.askText ?? "";
  const yes = $("ask-yes");
  yes.textContent = form.dataset.askButton;
  yes.className = form.dataset.askTone === "bad" ? "btn btn-quiet btn-bad" : "btn btn-primary";
  yes.onclick = () => {
    dialog.close();
    form.dataset.sure = "1";
    form.requestSubmit(event.submitter ?? undefined);
    delete form.dataset.sure;
  };
  dialog.showModal();
}, document, true);

/* A form is sent once: a second press while the first travels does nothing */
on("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const button = event.submitter;
  if (!button || event.target.matches("[hx-post], [data-repeat]")) return;
  if (button.getAttribute("aria-busy")) return event.preventDefault();
  button.setAttribute("aria-busy", "true");
});
on("pageshow", () => document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy")), window);

/* Tooltips: <span data-tip title="why">. The title works without us; here it is set beside */

const tip = $("tip");
let tipped = null;

function tipShow(target) {
  if (!tip?.showPopover || tipped === target) return;
  tipHide();
  if (target.title) {
    target.dataset.tip = target.title;
    target.removeAttribute("title");
  }
  if (!target.dataset.tip) return;
  tipped = target;
  tip.textContent = target.dataset.tip;
  target.setAttribute("aria-describedby", "tip");
  tip.showPopover();
  const box = target.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const below = box.bottom + 6 + own.height < innerHeight;
  tip.style.left = `${Math.max(12, Math.min(box.left, innerWidth - own.width - 12))}px`;
  tip.style.top = `${below ? box.bottom + 6 : box.top - own.height - 6}px`;
}

function tipHide() {
  if (!tipped) return;
  tipped.removeAttribute("aria-describedby");
  tipped = null;
  tip.hidePopover();
}

for (const type of ["pointerover", "focusin"]) {
  on(type, (event) => {
    const target = event.target.closest?.("[data-tip]");
    target ? tipShow(target) : tipHide();
  });
}
on("focusout", tipHide);
on("click", (event) => {
  const tipped = event.target.closest("[data-tip]");
  if (!tipped || tipped.closest("a, button")) return;
  tipped.closest("tr, li, article")?.querySelector(".row-link")?.click();
});
on("keydown", (event) => event.key === "Escape" && tipHide());
on("scroll", tipHide, window);

/* The side sheet: a link with hx-get into #sheet-body opens it; without us it is a page */

const sheet = $("sheet");
const wide = matchMedia("(min-width: 64rem)");
let opener = null;

function sheetOpen() {
  if (!sheet || sheet.open) return;
  wide.matches ? sheet.show() : sheet.showModal();
}

on("htmx:afterSwap", (event) => {
  if (event.target.id !== "sheet-body") return;
  opener?.setAttribute("aria-expanded", "false");
  opener = event.detail.requestConfig?.elt?.closest("a") ?? null;
  opener?.setAttribute("aria-expanded", "true");
  sheetOpen();
  sheet.scrollTop = 0;
  sheet.querySelector("h1, h2")?.focus?.();
});
on("htmx:afterSwap", charts);
if (sheet) {
  on("close", () => {
    opener?.setAttribute("aria-expanded", "false");
    opener?.focus();
    opener = null;
  }, sheet);
  on("keydown", (event) => {
    if (event.key === "Escape" && sheet.open && !document.querySelector(":popover-open, #ask[open]")) sheet.close();
  });
  on("click", (event) => {
    if (event.target === sheet && !wide.matches) sheet.close();
  }, sheet);
}
/* A refused rule or form is shown in place; what is gone or broken says so in a toast */
on("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL.includes("/accounts/login/")) {
    event.detail.shouldSwap = false;
    location.reload(); // the session has ended: the page itself asks to log in, and comes back
  } else if ([400, 409, 422].includes(xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
on("htmx:sendError", () => toast(document.body.dataset.offline));
on("htmx:responseError", (event) => {
  const isGone = [403, 404].includes(event.detail.xhr.status);
  toast(isGone ? document.body.dataset.gone : document.body.dataset.broken);
});

function toast(text) {
  const shape = $("toast-shape")?.content.firstElementChild;
  if (!shape || !text) return;
  const node = shape.cloneNode(true);
  node.querySelector("[data-text]").textContent = text;
  $("toasts").append(node);
}
document.querySelectorAll("#toasts [data-fades]").forEach((node) => setTimeout(() => node.remove(), 6000));

/* Search by the slash key */
on("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.querySelector("input[type=search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

/* Scripts that come only where they are needed */
function bring(source) {
  const script = document.createElement("script");
  script.src = source;
  document.head.append(script);
}

function charts() {
  const source = document.body.dataset.chartSrc;
  if (!source || !document.querySelector("canvas[data-chart]:not([data-drawn])")) return;
  window.birgeCharts ? window.birgeCharts() : bring(source);
}
charts();
if (document.querySelector("[data-proof]")) bring(document.body.dataset.proofSrc);

/* One of several texts, by button: ready captions in two languages */
Alpine.data("tabs", () => ({
  shown: "",
  init() { this.shown = this.$root.dataset.first; },
  show() { this.shown = this.$el.dataset.tab; },
  get isShown() { return this.shown === this.$el.dataset.tab; },
  get pressed() { return String(this.shown === this.$el.dataset.tab); },
}));

/* The code of a receipt, read from a photo on the phone itself: <input type="file" data-qr-into="id">.
   Shown only where the browser can. The photo is sent nowhere: its input has no name. */

async function qrReady() {
  const inputs = document.querySelectorAll("[data-qr-into]");
  if (!inputs.length || !("BarcodeDetector" in window)) return;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return;
  inputs.forEach((input) => (input.closest("[data-qr]").hidden = false));
}
qrReady();

async function qrRead(input) {
  const [file] = input.files;
  if (!file) return;
  const said = input.closest("[data-qr]").querySelector("[data-qr-said]");
  let text = "";
  try {
    const [code] = await new BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(file));
    text = code?.rawValue ?? "";
  } catch {
    // Not a picture, or one that this phone cannot open: told like a picture without a code
  }
  if (text) $(input.dataset.qrInto).value = text;
  said.textContent = text ? said.dataset.found : said.dataset.none;
  $("said").textContent = said.textContent;
  input.value = "";
}
on("change", (event) => event.target.dataset?.qrInto && qrRead(event.target));

window.Alpine = Alpine;
Alpine.start();
