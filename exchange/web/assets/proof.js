// Checks a proof in the browser, as verify_proof.py does, and the signature where the browser can
// (docs/proofs.md). The file goes nowhere. Loaded by app.js where a page has <... data-proof>.
const FORMAT = "birge-proof-v1";
const FIELDS = "format nonce path published record";
const STATES = { left: (own, other) => [other, own], right: (own, other) => [own, other] };
const root = document.querySelector("[data-proof]");
const all = (name) => root.querySelectorAll(`[data-proof-${name}]`);
const text = (string) => new TextEncoder().encode(string);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/* The reason of a refusal is the name of an element that says it */
const need = (isSo, reason) => {
  if (!isSo) throw new Error(reason);
};

function bytes(digits, count) {
  need(typeof digits === "string" && digits.length === 2 * count && /^[0-9a-f]+$/.test(digits), "shape");
  return Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
}

async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const statement = ([day, leaves, top, before]) =>
  text(`${FORMAT}\nday ${day}\nleaves ${leaves}\nroot ${top}\nprevious ${before}\n`);

function read(file) {
  try {
    const proof = JSON.parse(file);
    need(proof.format === FORMAT && Object.keys(proof).sort().join(" ") === FIELDS, "shape");
    need(Array.isArray(proof.path) && typeof proof.published === "string", "shape");
    return [proof, JSON.parse(proof.record)];
  } catch {
    throw new Error("shape");
  }
}

async function climb(proof) {
  let found = await sha256(Uint8Array.of(0), bytes(proof.nonce, 16), text(proof.record));
  for (const step of proof.path) {
    need(Array.isArray(step) && step.length === 2 && Object.hasOwn(STATES, step[0]), "shape");
    found = await sha256(Uint8Array.of(1), ...STATES[step[0]](found, bytes(step[1], 32)));
  }
  return hex(found);
}

/* Every published day continues the one before it */
async function chainHolds(lines) {
  let previous = "0".repeat(64);
  for (const line of lines) {
    const columns = line.split(" ");
    if (columns[3] !== previous) return false;
    previous = hex(await sha256(statement(columns)));
  }
  return true;
}

/* null: this browser knows no ed25519 */
async function signatureHolds(columns) {
  let key;
  try {
    key = await crypto.subtle.importKey("raw", bytes(columns[5], 32), "Ed25519", false, ["verify"]);
  } catch {
    return null;
  }
  return crypto.subtle.verify("Ed25519", key, bytes(columns[4], 64), statement(columns));
}

async function check(file) {
  const [proof, record] = read(file);
  const columns = proof.published.split(" ");
  need(columns.length === 6 && (await climb(proof)) === columns[2], "path");
  need(record.day === columns[0], "path");
  const answer = await fetch(root.dataset.roots, { cache: "no-store" });
  need(answer.ok, "away");
  const lines = (await answer.text()).trimEnd().split("\n");
  need(lines.includes(proof.published), "published");
  need(await chainHolds(lines), "chain");
  const isSigned = root.dataset.keys.split(" ").includes(columns[5]) && (await signatureHolds(columns));
  need(isSigned !== false, "signature");
  return { record, columns, steps: proof.path.length, isSigned };
}

/* Showing */

const NBSP = "\u00a0";
function money(minor) {
  const whole = String(Math.floor(Math.abs(minor) / 100)).replace(/\B(?=(\d{3})+$)/g, NBSP);
  return `${minor < 0 ? "−" : ""}${whole},${String(Math.abs(minor) % 100).padStart(2, "0")}${NBSP}₸`;
}

/* As it is signed, where the browser does not know the page's language */
function dayText(day) {
  const { lang } = document.documentElement;
  if (!Intl.DateTimeFormat.supportedLocalesOf(lang).length) return day;
  return new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(day));
}

const WORDS = {
  day: dayText,
  commission_minor: money,
  change_minor: money,
  status: (status) => root.querySelector(`[data-proof-word="${CSS.escape(status)}"]`)?.textContent ?? status,
};

function show(name) {
  for (const part of all("result")) part.hidden = part.dataset.proofResult !== name;
  const said = root.querySelector(`[data-proof-result="${name}"] h2`);
  document.getElementById("said").textContent = said.textContent;
}

function showRecord({ record, columns, steps, isSigned }) {
  for (const row of all("row")) {
    const name = row.dataset.proofRow;
    row.hidden = !(name in record);
    if (!row.hidden) row.querySelector("dd").textContent = (WORDS[name] ?? String)(record[name]);
  }
  const values = { root: columns[2], key: columns[5], steps, day: dayText(columns[0]) };
  for (const place of all("value")) place.textContent = values[place.dataset.proofValue];
  for (const place of all("signed")) place.hidden = (place.dataset.proofSigned === "yes") !== (isSigned === true);
  show("holds");
}

async function run(input) {
  const [file] = input.files;
  if (!file) return;
  for (const place of all("name")) place.textContent = file.name;
  try {
    showRecord(await check(await file.text()));
  } catch (refused) {
    const known = [...all("reason")].map((place) => place.dataset.proofReason);
    const reason = known.includes(refused.message) ? refused.message : "shape";
    for (const place of all("reason")) place.hidden = place.dataset.proofReason !== reason;
    show("fails");
  }
  input.value = "";
}

for (const input of all("file")) {
  input.closest("[data-proof-ready]").hidden = !window.crypto?.subtle;
  input.addEventListener("change", () => run(input));
}
