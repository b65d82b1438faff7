/**
 * The governed loop's peer on Restate: a workflow with the same four durable steps an iteration, on
 * the server from npm, one node, its default durability (RocksDB write-ahead log, fsync batched).
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as restate from "@restatedev/restate-sdk";
import * as clients from "@restatedev/restate-sdk-clients";
import { answer, ITERATIONS, measure, plan, print, STEPS } from "./loop-peer.mjs";

const PORT = 19_080;
const INGRESS = "http://127.0.0.1:18080";
const ADMIN = "http://127.0.0.1:19070";

const session = restate.workflow({
  name: "session",
  handlers: {
    run: async (ctx) => {
      let size = 0;
      for (let iteration = 1; iteration <= ITERATIONS; iteration += 1) {
        for (const step of STEPS) {
          const said = await ctx.run(step, async () => answer(step, iteration));
          size += said.text.length;
        }
      }
      return size;
    },
  },
});

const folder = mkdtempSync(join(tmpdir(), "restate-"));
const require = createRequire(import.meta.url);
const cli = join(dirname(require.resolve("@restatedev/restate-server/package.json")), "..", "..", ".bin", "restate-server");
const server = spawn(cli, ["--base-dir", folder, "--node-name", "bench"], {
  env: {
    ...process.env,
    RESTATE_INGRESS__BIND_ADDRESS: "127.0.0.1:18080",
    RESTATE_ADMIN__BIND_ADDRESS: "127.0.0.1:19070",
    RESTATE_BIND_ADDRESS: "127.0.0.1:15122",
    RESTATE_LOG_FILTER: "warn",
    RESTATE_DISABLE_TELEMETRY: "true",
    DO_NOT_TRACK: "1",
  },
  stdio: ["ignore", "ignore", "pipe"],
});
let said = "";
server.stderr.on("data", (data) => (said = (said + data).slice(-4_000)));

async function until(what, ready)                {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await ready().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} was not ready: ${said}`);
}

let failed = false;
try {
  await restate.serve({ services: [session], port: PORT, logger: () => {} });
  await until("Restate", async () => (await fetch(`${ADMIN}/health`)).ok);
  await until("the deployment", async () => {
    const body = JSON.stringify({ uri: `http://127.0.0.1:${PORT}`, force: true });
    const headers = { "content-type": "application/json" };
    return (await fetch(`${ADMIN}/deployments`, { method: "POST", headers, body })).ok;
  });
  const ingress = clients.connect({ url: INGRESS });
  const life = Date.now();
  let count = 0;
  const one = async () => {
    count += 1;
    const client = ingress.workflowClient                ({ name: "session" }, `${life}-${count}`);
    await client.workflowSubmit();
    await client.workflowAttach();
  };
  const { widths, sessions, rounds } = plan();
  await measure(20, 10, one);
  for (const width of widths) {
    for (let round = 0; round < rounds; round += 1) print("restate", await measure(sessions, width, one));
  }
} catch (error) {
  failed = true;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  server.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
  process.exit(failed ? 1 : 0);
}
