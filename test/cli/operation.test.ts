import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openApp } from "../../app/open-app.ts";
import { loadSettings } from "../../app/settings.ts";
import { EXAMPLE, mmm, scratch, startMmm } from "../support/mmm.ts";

let folder = "";
let state: string[] = [];
let session = "";

beforeAll(() => {
  folder = scratch();
  state = ["--state-dir", join(folder, "state")];
  const args = [...EXAMPLE, ...state, "--output", join(folder, "out"), "--max-iterations", "2"];
  session = JSON.parse(mmm(["run", ...args, "--json"]).out).session;
});

describe("mmm replay", () => {
  it("shows the state after each event and why the next step was taken", () => {
    const { out } = mmm(["replay", "--session", session, "--until", "8", ...state]);
    expect(out.trimEnd().split("\n")).toHaveLength(9);
    expect(out).toMatch(/8 +ProposalRouted +answer w1\.1 .*router, on event 7/);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("derives every decision again", () => {
    expect(mmm(["replay", "--session", session, "--verify", ...state]).code).toBe(0);
  });

  it("forks at an event with another number, in a chain of its own, and changes nothing here", () => {
    const before = mmm(["history", "export", "--session", session, ...state]).out;
    const output = join(folder, "fork");
    const fork = mmm([
      "replay",
      "--session",
      session,
      "--fork",
      "--at",
      "15",
      "--set",
      "hyperparameters.tv.decay=0.4",
      "--output",
      output,
      "--json",
      ...state,
    ]);
    expect(fork.code, fork.err).toBe(0);
    const { parent, fork: forked } = JSON.parse(fork.out);
    expect(forked.history.head).not.toBe(parent.history.head);
    expect(forked.methodology.digest_start).toBe(parent.methodology.digest_end);
    // A fork's keys are kept nowhere: its history can be consistent, and no more.
    expect(mmm(["audit", "verify", join(output, "optimization_history.ndjson")]).code).toBe(38);
    expect(mmm(["history", "export", "--session", session, ...state]).out).toBe(before);
    expect(mmm(["status", "--json", ...state]).out).not.toContain(forked.session);
  });

  it("measures a fork's drift from the pinned baseline of its lineage, and says what was vetoed", () => {
    const channels = ["tv", "ooh", "radio", "social", "search"];
    const straight = channels.flatMap((name) => [
      "--set",
      `hyperparameters.${name}.alpha=1.43`,
      "--set",
      `hyperparameters.${name}.gamma=1`,
    ]);
    const output = join(folder, "vetoed");
    const fork = ["replay", "--session", session, "--fork", "--at", "7", "--output", output];
    const { code, err } = mmm([...fork, ...straight, ...state]);
    expect(err).toMatch(/configuration was vetoed: drift_saturation/);
    expect(code).toBe(3);
  });

  it("refuses to set what is not a tunable number", () => {
    const fork = ["replay", "--session", session, "--fork", "--at", "15", ...state];
    expect(mmm([...fork, "--set", "evaluation.folds=1"]).code).toBe(4);
    expect(mmm([...fork, "--set", "hyperparameters.tv.decay=high"]).code).toBe(2);
  });
});

describe("mmm snapshot rebuild", () => {
  it("finds the snapshots equal to the fold of the history, and makes them so again", async () => {
    expect(mmm(["snapshot", "rebuild", "--check", ...state]).code).toBe(0);
    const app = await openApp({
      settings: loadSettings(null, {}),
      stateDir: join(folder, "state"),
    });
    for (let at = 0; at < app.log.partitions; at += 1) await app.snapshots.clear(at);
    await app.log.flush();
    await app.close();
    expect(JSON.parse(mmm(["status", "--json", ...state]).out)).toEqual([]);
    expect(mmm(["snapshot", "rebuild", ...state]).code).toBe(0);
    expect(JSON.parse(mmm(["status", "--json", ...state]).out)).toHaveLength(1);
    expect(mmm(["snapshot", "rebuild", "--check", ...state]).code).toBe(0);
  });
});

describe("mmm dead-letters", () => {
  it("lists, shows and redrives with a dry run first, a loop guard and an audit trail", async () => {
    const app = await openApp({
      settings: loadSettings(null, {}),
      stateDir: join(folder, "state"),
    });
    await app.log.append([
      { topic: "sessions", key: "lost", value: Buffer.from("rubbish"), headers: {} },
    ]);
    await app.log.flush();
    await app.close();
    const work = () => mmm(["worker", "--until-idle", ...state]).code;
    const list = () =>
      mmm(["dead-letters", "list", "--json", ...state])
        .out.split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
    expect(work()).toBe(0);
    expect(list()).toHaveLength(1);
    const dry = mmm(["dead-letters", "redrive", "--session", "lost", "--json", ...state]);
    expect(JSON.parse(dry.out)).toMatchObject({ executed: false, redriven: 1 });
    for (let round = 1; round <= 3; round += 1) {
      const sent = mmm(["dead-letters", "redrive", "--execute", "--json", ...state]);
      expect(JSON.parse(sent.out)).toMatchObject({ executed: true, redriven: 1 });
      expect(work()).toBe(0);
      expect(list()).toHaveLength(round + 1);
      expect(list().at(-1).headers["dlq-redrives"]).toBe(String(round));
    }
    const last = mmm(["dead-letters", "redrive", "--execute", "--json", ...state]);
    expect(JSON.parse(last.out)).toMatchObject({ redriven: 0, quarantined: 1 });
    const operations = mmm(["history", "show", "--session", "operations", ...state]).out;
    expect(operations.match(/OperatorActed/g)).toHaveLength(3);
  });
});

describe("mmm propose and escalations", () => {
  it("lets anyone's text wait for the next iteration, and a person decide", async () => {
    const place = ["--state-dir", join(folder, "people")];
    const args = [
      ...EXAMPLE,
      ...place,
      "--output",
      join(folder, "people-out"),
      "--on-escalation",
      "wait",
    ];
    const run = startMmm([
      "run",
      ...args,
      "--max-iterations",
      "400",
      "--evaluations",
      "20000",
      "--convergence-threshold",
      "1",
      "--json",
    ]);
    const id = await waitFor(() => /session ([0-9a-f-]{36})/.exec(run.said())?.[1]);
    await waitFor(() => (run.said().includes("[  1/400]") ? true : undefined));
    const text = "replace the geometric adstock by a weibull one";
    expect(mmm(["propose", "--session", id, "--text", text, ...place]).code).toBe(0);
    run.child.kill("SIGINT");
    expect(await run.exited).toBe(130);
    expect(mmm(["propose", "--session", "nobody", "--text", "x", ...place]).code).toBe(10);
    const decide = ["--decision", "abort", "--reason", "r"];
    const none = mmm([
      "escalations",
      "resolve",
      "--session",
      id,
      "--escalation",
      "e9",
      ...decide,
      ...place,
    ]);
    expect(none.code).toBe(11);
    expect(none.err).toContain("late, repeated or unknown");
  }, 600_000);
});

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 15_000; tries += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not happen");
}

describe("mmm status", () => {
  it("takes its filters at their word", () => {
    const rows = (...filter: string[]) => mmm(["status", ...filter, "--json", ...state]);
    expect(JSON.parse(rows("--status", "completed", "--since", "2020-01-01").out)).toHaveLength(1);
    expect(JSON.parse(rows("--status", "waiting").out)).toEqual([]);
    expect(JSON.parse(rows("--since", "2100-01-01T00:00:00+02:00").out)).toEqual([]);
    expect(rows("--status", "done").code).toBe(2);
    expect(rows("--since", "yesterday").err).toContain("must be a time such as");
  });
});

describe("mmm worker", () => {
  it("serves liveness, readiness and metrics", async () => {
    const worker = startMmm(["worker", "--probes", "127.0.0.1:19464", ...state]);
    await waitFor(() => (worker.said().includes("working") ? true : undefined));
    const get = async (path: string) => (await fetch(`http://127.0.0.1:19464${path}`)).text();
    await waitForServer();
    expect(await get("/live")).toBe("ok\n");
    expect(await get("/ready")).toBe("ok\n");
    const metrics = await get("/metrics");
    expect(metrics).toContain('mmm_lag_records{consumer="coordinator",topic="sessions"} 0');
    expect(metrics).toContain("mmm_log_reachable 1");
    const taken = mmm(["worker", "--probes", "127.0.0.1:19464", "--log", "memory", ...state]);
    expect([taken.code, taken.err]).toEqual([2, expect.stringContaining("choose another place")]);
    worker.child.kill("SIGTERM");
    expect(await worker.exited).toBe(0);
  });
});

async function waitForServer(): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const up = await fetch("http://127.0.0.1:19464/live").then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("mmm report, allocate, monitor and train", () => {
  it("writes one self-contained page and its pictures", () => {
    const output = join(folder, "report");
    expect(mmm(["report", "--session", session, "--output", output, ...state]).code).toBe(0);
    const page = readFileSync(join(output, "report.html"), "utf8");
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(6);
    const svg = readFileSync(join(output, "timeline.svg"), "utf8");
    expect(svg).toContain(">The session</text>");
    const png = readFileSync(join(output, "timeline.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
  });

  it("splits a budget within its bounds", () => {
    const said = mmm([
      "allocate",
      "--results",
      join(folder, "out/optimization_results.json"),
      "--bound",
      "tv=0:500000",
      "--json",
      ...state,
    ]);
    const { channels, response_before, response_after } = JSON.parse(said.out);
    expect(
      channels.find((row: { channel: string }) => row.channel === "tv").spend_after,
    ).toBeLessThanOrEqual(500_000);
    expect(response_after).toBeGreaterThan(0.5 * response_before);
    expect(mmm(["allocate", ...state]).code).toBe(2);
  });

  it("raises the rollback trigger when sales fall away, and records it", () => {
    const lines = readFileSync("examples/simulated/weekly.csv", "utf8").trimEnd().split("\n");
    const last = (lines.at(-1) ?? "").split(",");
    const start = Date.parse(last[0] ?? "");
    const fresh = Array.from({ length: 12 }, (_, week) =>
      [
        new Date(start + (week + 1) * 7 * 86_400_000).toISOString().slice(0, 10),
        "20000",
        ...last.slice(2),
      ].join(","),
    );
    const file = join(folder, "new.csv");
    writeFileSync(file, [...lines, ...fresh].join("\n"));
    const model = join(folder, "out/optimization_results.json");
    const said = mmm(["monitor", "--model", model, "--data", file, "--json", ...state]);
    expect(said.code).toBe(33);
    expect(JSON.parse(said.out).status).toBe("rollback");
  });

  it("fits one configuration as JSON and as a table", () => {
    const train = ["train", "--config", "examples/baseline_model.json"];
    expect(JSON.parse(mmm([...train, "--json"]).out).validation.mean.wmape).toBeGreaterThan(0);
    expect(mmm(train).out).toContain("half-life");
  });
});
