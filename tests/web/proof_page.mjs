// Runs the built proof.js against a page of stand-ins, and says what it shows for each file.
// node proof_page.mjs proof.js cases.json -> [{holds | fails: reason}, ...]
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [script, file] = process.argv.slice(2);
const { roots, keys, cases } = JSON.parse(readFileSync(file, "utf8"));

const place = (dataset) => ({ dataset, hidden: true, textContent: "", querySelector: () => ({ textContent: "" }) });
const result = { holds: place({ proofResult: "holds" }), fails: place({ proofResult: "fails" }) };
const reasons = ["shape", "path", "published", "chain", "signature", "away"].map((proofReason) => place({ proofReason }));
const signed = ["yes", "no"].map((proofSigned) => place({ proofSigned }));
const input = { files: [], closest: () => place({}), addEventListener: (_type, run) => (input.run = run) };
const found = { result: Object.values(result), reason: reasons, signed, file: [input], row: [], value: [], name: [] };
const page = {
  dataset: { roots: "/proofs/roots.txt", keys },
  querySelectorAll: (selector) => found[selector.slice("[data-proof-".length, -1)],
  querySelector: () => ({ textContent: "" }),
};
const said = place({});
vm.runInNewContext(readFileSync(script, "utf8"), {
  document: { documentElement: { lang: "kk" }, querySelector: () => page, getElementById: () => said },
  window: { crypto },
  crypto,
  TextEncoder,
  Uint8Array,
  fetch: async () => ({ ok: true, text: async () => roots }),
});

const shown = [];
for (const text of cases) {
  input.files = [{ name: "proof.json", text: async () => text }];
  await input.run();
  const reason = reasons.find((each) => !each.hidden)?.dataset.proofReason;
  shown.push(result.holds.hidden ? { fails: reason } : { holds: signed[0].hidden ? "unsigned" : "signed" });
  for (const each of [...Object.values(result), ...reasons, ...signed]) each.hidden = true;
}
console.log(JSON.stringify(shown));
