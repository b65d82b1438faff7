/** `mmm serve` as a process of its own: killed while it streams, started again, asked with real keys. */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { mmm, scratch, startMmm } from "../support/mmm.ts";
import { kafkaBrokers, redisUrl } from "../support/servers/servers.ts";
import { call, readEvents, untilStatus, type ServerEvent } from "./api-harness.ts";

async function serve(
  folder: string,
  more: readonly string[] = [],
  environment: Record<string, string> = {},
) {
  const args = ["serve", "--state-dir", folder, "--data-root", "examples", ...more];
  const running = startMmm(args, environment);
  let url: string | undefined;
  while (url === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    url = /serving on (http:\S+)/.exec(running.said())?.[1];
    if (running.child.exitCode !== null) throw new Error(running.said());
  }
  const stop = async (signal: NodeJS.Signals) => {
    running.child.kill(signal);
    await running.exited;
  };
  return { url, stop, said: running.said };
}

function body(evaluations: number) {
  const read = (name: string) => JSON.parse(readFileSync(`examples/${name}`, "utf8")) as object;
  return {
    baseline: read("baseline_model.json"),
    business_context: read("business_context.json"),
    limits: { max_iterations: 3, evaluations_per_iteration: evaluations },
  };
}

describe("mmm serve", () => {
  it("resumes a stream after being killed, without loss or repeat", async () => {
    const folder = scratch();
    const first = await serve(folder, ["--port", "0"]);
    await vi.waitFor(() => expect(first.said()).toContain("only this machine can reach"), 10_000);
    const { port } = new URL(first.url);
    const started = await call(`${first.url}/v1/sessions`, { body: body(200) });
    const session = String(started.json["session"]);
    const path = `/v1/sessions/${session}/events`;
    const seen: ServerEvent[] = await readEvents(
      await fetch(`${first.url}${path}`),
      ({ id }) => Number(id) >= 5,
    );
    await first.stop("SIGKILL");
    const second = await serve(folder, ["--port", port]);
    const lastId = seen.at(-1)?.id ?? "";
    const rest = await readEvents(
      await fetch(`${second.url}${path}`, { headers: { "last-event-id": lastId } }),
    );
    const seqs = [...seen, ...rest].map(({ id }) => Number(id));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(rest.at(-1)?.event).toBe("SessionSealed");
    const done = await untilStatus(second.url, session, ["completed"]);
    expect(done["requested_by"]).toBe("local");
    const report = await fetch(`${second.url}/v1/sessions/${session}/report?format=html`);
    expect(await report.text()).toContain("<html");
    const metrics = await (await fetch(`${second.url}/metrics`)).text();
    expect(metrics).toContain('mmm_api_answer_milliseconds_count{route="getSession"');
    await second.stop("SIGTERM");
  }, 150_000);

  it("on Kafka and Redis: another server goes on with the stream of one that was killed", async () => {
    const folder = scratch();
    const settings = join(folder, "settings.yaml");
    const log = { partitions: 2, session_timeout_ms: 6_000 };
    writeFileSync(settings, JSON.stringify({ log }));
    const environment = {
      MMM_LOG: "kafka",
      MMM_SNAPSHOTS: "redis",
      MMM_PREFIX: `serve${randomUUID().slice(0, 8)}.`,
      KAFKA_BROKERS: (await kafkaBrokers()).join(","),
      REDIS_URL: await redisUrl(),
    };
    const options = ["--port", "0", "--settings", settings];
    const one = await serve(folder, options, environment);
    const two = await serve(folder, options, environment);
    const started = await call(`${one.url}/v1/sessions`, { body: body(200) });
    const session = String(started.json["session"]);
    const path = `/v1/sessions/${session}/events`;
    const seen = await readEvents(await fetch(`${one.url}${path}`), ({ id }) => Number(id) >= 4);
    await one.stop("SIGKILL");
    const lastId = seen.at(-1)?.id ?? "";
    const rest = await readEvents(
      await fetch(`${two.url}${path}`, { headers: { "last-event-id": lastId } }),
    );
    const seqs = [...seen, ...rest].map(({ id }) => Number(id));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(rest.at(-1)?.event).toBe("SessionSealed");
    await untilStatus(two.url, session, ["completed"]);
    await two.stop("SIGTERM");
  }, 150_000);

  it("reads data from allowed folders and uploads alone", async () => {
    const folder = scratch();
    const { url, stop } = await serve(folder, ["--port", "0", "--no-workers"]);
    const outside = join(folder, "outside.csv");
    writeFileSync(outside, readFileSync("examples/simulated/weekly.csv"));
    const start = async (path: string) => {
      const given = body(10) as unknown as { baseline: { data: { path: string } } };
      given.baseline.data.path = path;
      return call(`${url}/v1/sessions`, { body: given });
    };
    const refused = [
      "../package.json",
      "/etc/passwd",
      outside,
      "simulated/../../package.json",
      "sha256:../../../etc/passwd",
      `sha256:${"0".repeat(64)}`,
      "nowhere.csv",
    ];
    for (const path of refused) {
      const said = await start(path);
      expect([path, said.status]).toEqual([path, 422]);
      expect(JSON.stringify(said.json)).not.toContain("root:");
    }
    const upload = await fetch(`${url}/v1/data`, {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: readFileSync(outside),
    });
    expect(upload.status).toBe(201);
    const { path } = (await upload.json()) as { path: string };
    expect(path).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await start(path)).status).toBe(202);
    const { baseline } = body(1) as { baseline: object };
    const proposal = { changes: [{ path: "hyperparameters.tv.decay", to: 0.4 }], reasoning: "" };
    const asked = (data: string) =>
      call(`${url}/v1/guard/check`, { body: { baseline, proposal, data } });
    const wide = await fetch(`${url}/v1/data`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: Buffer.from(`\ufeff${readFileSync(outside, "utf8").replaceAll(",", ";")}`, "utf16le"),
    });
    const named = ((await wide.json()) as { path: string }).path;
    expect((await asked(named)).json).toMatchObject({ observed_spend: true });
    expect((await start("simulated/weekly.csv")).status).toBe(202);
    const looked = mmm(["status", "--units", "--json", "--state-dir", folder]);
    expect(JSON.parse(looked.out)).toMatchObject([{ queued: 2, running: 0, running_max: 8 }]);
    expect(mmm(["status", "--units", "--state-dir", folder]).out).toMatch(/queued +running/);
    const check = await call(`${url}/v1/guard/check`, {
      body: {
        baseline: (body(1) as { baseline: object }).baseline,
        proposal: { changes: [{ path: "adstock.max_lag_weeks", to: 2 }], reasoning: "x" },
      },
    });
    expect(check.json).toMatchObject({ verdict: "vetoed", observed_spend: true });
    expect((await asked(path)).json).toMatchObject({ verdict: "cleared", observed_spend: true });
    expect((await asked("/etc/passwd")).status).toBe(422);
    await stop("SIGTERM");
  }, 150_000);

  it("lets in who holds a key that `mmm api-key` made, and stays on loopback without keys", async () => {
    const made = mmm(["api-key", "--name", "ci", "--scopes", "read", "--json"]);
    const { key, row } = JSON.parse(made.out) as { key: string; row: object };
    expect(JSON.stringify(row)).not.toContain(key);
    const folder = scratch();
    const settings = join(folder, "settings.yaml");
    writeFileSync(settings, JSON.stringify({ api: { keys: [row] } }));
    const { url, stop } = await serve(folder, [
      "--port",
      "0",
      "--no-workers",
      "--settings",
      settings,
    ]);
    expect((await call(`${url}/v1/sessions`)).status).toBe(401);
    expect((await call(`${url}/v1/sessions`, { headers: { "x-api-key": key } })).status).toBe(200);
    await stop("SIGTERM");
    const open = await serve(scratch(), ["--host", "0.0.0.0", "--port", "0", "--no-workers"]);
    expect(open.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    await open.stop("SIGTERM");
    expect(mmm(["api-key", "--name", "x", "--scopes", "root"]).code).toBe(2);
  }, 150_000);
});
