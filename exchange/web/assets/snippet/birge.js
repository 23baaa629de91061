// First-party snippet for a shop's pages: keeps the id of the click that brought the visitor, offers
// it to forms, and tells Birge which order it became. How to install: docs/howto/install-the-snippet.md
//
// It runs on other people's pages, so: no dependency, no secret, no error that reaches the page, and
// nothing is read but our own cookie, our own keys and the fields that were made for us.
(() => {
  const NAME = "cpa_click"; // of the parameter, the cookie, the field and the storage key
  const SENT = "birge_sent"; // the last events, so that a reload sends none again
  const SENT_MAX = 20;
  const DAYS_MIN = 30;
  const DAYS_MAX = 90;
  // A UUIDv7 as our links print it. A template nobody filled in ("{clickid}") is none.
  const CLICK = /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/;

  const page = window;
  const stub = page.birge;
  if (stub && stub.click) return; // pasted twice, or pasted and in the tag manager
  // Optimisers that bundle scripts leave no currentScript
  const running = document.currentScript;
  const script = running && running.src ? running : document.querySelector('script[src*="/js/birge.js"]');
  if (!script) return;
  const source = new URL(script.src);
  // <script data-site="..."> of a page; birge.js?site=... of a tag manager, which sets no attributes
  const option = (name) => script.getAttribute(`data-${name}`) || source.searchParams.get(name) || "";
  const days = Math.min(Math.max(Number(option("days")) || DAYS_MAX, DAYS_MIN), DAYS_MAX);

  // Cookies throw in sandboxed frames, storage where it is switched off, sendBeacon under odd policies
  const quietly = (work) => {
    try {
      return work();
    } catch (refused) {
      return undefined;
    }
  };

  const cookie = () => (document.cookie.match(`(?:^|; )${NAME}=([^;]*)`) || [])[1];
  const valid = (text) => (CLICK.test(text) ? text : "");
  const stored = () => valid(quietly(cookie)) || valid(quietly(() => localStorage.getItem(NAME)));

  // The id says when the click was: what is kept longer than asked for is forgotten
  const secondsLeft = (id) => days * 86400 - Math.max(0, Date.now() - parseInt(id.slice(0, 12), 16)) / 1000;

  function keep(id, seconds) {
    const write = (domain) => {
      document.cookie =
        `${NAME}=${id};Path=/;Max-Age=${Math.max(0, Math.floor(seconds))};SameSite=Lax` +
        (location.protocol === "https:" ? ";Secure" : "") + domain;
    };
    quietly(() => {
      // www.shop.kz and pay.shop.kz are one shop; an address of numbers or one word takes no Domain
      write(`;Domain=${option("domain") || location.hostname.replace(/^www\./, "")}`);
      if (cookie() !== id || seconds <= 0) write("");
    });
    quietly(() => (seconds > 0 ? localStorage.setItem(NAME, id) : localStorage.removeItem(NAME)));
  }

  function remember() {
    const landed = valid(quietly(() => new URLSearchParams(location.search).get(NAME)));
    const id = landed || stored();
    // Again at each visit: a browser that cuts a cookie's life (Safari: 7 days) begins it anew
    if (id) keep(id, landed ? days * 86400 : secondsLeft(id));
  }

  let known = ""; // where neither cookie nor storage is allowed, for this page at least
  const click = () => stored() || known;

  function fill() {
    const id = click();
    if (!id) return;
    document.querySelectorAll(`input[name="${NAME}"],input[data-birge-click]`).forEach((field) => {
      field.value = id;
    });
  }

  const told = {}; // keys of this page's events
  const first = (key) => {
    const sent = quietly(() => JSON.parse(localStorage.getItem(SENT))) || [];
    const isFirst = !told[key] && !(Array.isArray(sent) && sent.includes(key));
    told[key] = 1;
    return isFirst;
  };
  const remembered = (key) =>
    quietly(() => {
      const sent = quietly(() => JSON.parse(localStorage.getItem(SENT)));
      const kept = Array.isArray(sent) ? sent.slice(1 - SENT_MAX) : [];
      localStorage.setItem(SENT, JSON.stringify([...kept, key]));
    });

  function purchase(order) {
    const site = option("site");
    const id = String(order.order_id || order.transaction_id || "").trim();
    const key = `${id} ${click()}`;
    if (!site || !id || !first(key)) return;
    const said = { order: id, click: click() };
    ["value", "currency", "coupon"].forEach((name) => {
      if (order[name] || order[name] === 0) said[name] = String(order[name]);
    });
    const door = `${source.origin}/t/${encodeURIComponent(site)}`;
    const isQueued = quietly(() => navigator.sendBeacon(door, JSON.stringify(said)));
    if (!isQueued) new Image().src = `${door}.gif?${new URLSearchParams(said)}`;
    remembered(key);
  }

  function birge(event, order) {
    quietly(() => event === "purchase" && order && purchase(order));
  }
  birge.click = click;
  page.birge = birge;

  // GA4's own event: dataLayer.push({event: "purchase", ecommerce: {...}}), gtag("event", "purchase", {...})
  function listen() {
    const layer = (page.dataLayer = page.dataLayer || []);
    const see = (said) => {
      if (!said) return;
      if (said.event === "purchase") birge("purchase", said.ecommerce || said);
      if (said[0] === "event" && said[1] === "purchase") birge("purchase", said[2]);
    };
    layer.forEach(see);
    const push = layer.push;
    layer.push = function (...entries) {
      entries.forEach((said) => quietly(() => see(said)));
      return push.apply(layer, entries);
    };
  }

  quietly(() => {
    known = valid(new URLSearchParams(location.search).get(NAME));
    remember();
    fill();
    // Carts and pop-ups make their forms later: filled when somebody touches the page, and at the end
    ["DOMContentLoaded", "click", "submit"].forEach((type) =>
      document.addEventListener(type, () => quietly(fill), true),
    );
  });
  quietly(() => ((stub && stub.q) || []).forEach((call) => birge(call[0], call[1])));
  if (option("datalayer")) quietly(listen);
})();
