/**
 * Run the Worker in workerd, for tests: `node serve.mjs`.
 *
 * Reads variables and secrets as one line of JSON from stdin, serves at `PUBLIC_URL`, prints that address when it is
 * ready, and ends when stdin is closed.
 */

import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { Miniflare } from "miniflare";

const lines = createInterface({ input: process.stdin });
lines.once("line", async (line) => {
  const bindings = JSON.parse(line);
  const { hostname, port } = new URL(bindings.PUBLIC_URL);
  const worker = new Miniflare({
    host: hostname,
    port: Number(port),
    cf: false,
    modules: true,
    modulesRoot: fileURLToPath(new URL("src", import.meta.url)),
    scriptPath: fileURLToPath(new URL("src/index.js", import.meta.url)),
    modulesRules: [{ type: "ESModule", include: ["**/*.js"] }],
    compatibilityDate: "2026-04-01",
    bindings,
    durableObjects: {
      NONCES: { className: "Nonces", useSQLite: true },
      MERCHANT_TOKEN: { className: "MerchantToken", useSQLite: true },
      INVOICES: { className: "Invoices", useSQLite: true },
    },
  });
  lines.once("close", () => worker.dispose().then(() => process.exit(0)));
  await worker.ready;
  console.log(bindings.PUBLIC_URL);
});
