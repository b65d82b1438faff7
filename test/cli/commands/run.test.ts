import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { EXAMPLE, mmm, scratch, startMmm } from "../../support/mmm.ts";

const ROBYN = "../shared/data/robyn/dt_simulated_weekly.csv";
const PUBLIC = [
  { set: "robyn", data: ROBYN },
  { set: "pymc-marketing", data: "../shared/data/pymc-marketing/mmm_example.csv" },
  { set: "retail", data: "../shared/data/mmm_stan/data.csv" },
  { set: "igorlima", data: "../shared/data/igorlima-sim/seed101/national.csv" },
  { set: "meridian", data: "../shared/data/meridian/national_media.csv" },
];

function runExample(folder: string, ...more: string[]) {
  return mmm(["run", ...EXAMPLE, ...locate(folder), ...more]);
}

function locate(folder: string): readonly string[] {
  return ["--state-dir", join(folder, "state"), "--output", join(folder, "out")];
}

/** How often one session is killed at most before it is let go to its end. */
const KILLS_A_SESSION = 4;

describe("mmm run", () => {
  it("improves the validated error of the shipped example and says what it did", () => {
    const folder = scratch();
    const { code, out, err } = runExample(folder, "--seed", "7");
    expect(code).toBe(0);
    expect(err).toMatch(/baseline trained · validated MAPE/);
    expect(err).toMatch(/decision: /);
    expect(out).toMatch(/methodology +unchanged/);
    expect(out).toMatch(/chain head +[0-9a-f]{64}/);
    const results = JSON.parse(readFileSync(join(folder, "out/optimization_results.json"), "utf8"));
    expect(results.validation.final.mape).toBeLessThan(results.validation.baseline.mape);
    expect(results.locked_test.weeks).toBe(13);
    // A command to copy stands whole on its line, whatever the folders are called.
    const tables = out.split("\n").filter((line) => !line.startsWith("  mmm "));
    for (const line of tables) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("gives the same history digest for the same seed, in the same state and in a fresh one", () => {
    const folder = scratch();
    const other = scratch();
    const digests = [folder, folder, other].map((place) => {
      const { code, out } = runExample(place, "--seed", "7", "--max-iterations", "3", "--json");
      expect(code).toBe(0);
      const { history, session } = JSON.parse(out);
      return { digest: history.digest, session };
    });
    expect(new Set(digests.map((row) => row.digest)).size).toBe(1);
    expect(digests[0]?.session).not.toBe(digests[1]?.session);
  });

  for (const { set, data } of PUBLIC) {
    it.skipIf(!existsSync(data))(`improves ${set} (needs ${data})`, () => {
      const folder = scratch();
      const { code, out, err } = mmm([
        "run",
        "--baseline-config",
        `examples/${set}/baseline_model.json`,
        "--business-context",
        "examples/business_context.json",
        "--data",
        data,
        "--max-iterations",
        "20",
        "--convergence-threshold",
        "0.95",
        "--seed",
        "7",
        "--state-dir",
        join(folder, "state"),
        "--output",
        join(folder, "out"),
        "--json",
      ]);
      expect(err).not.toContain("internal");
      expect(code).toBe(0);
      const results = JSON.parse(out);
      expect(results.methodology.unchanged).toBe(true);
      expect(results.methodology.digest_start).toBe(results.methodology.digest_end);
      const { baseline, final } = results.validation;
      expect(final.wmape).toBeLessThan(baseline.wmape);
      if (set === "robyn") expect(final.mape).toBeLessThan(baseline.mape);
    });
  }
});

/** Kills one session after another at these shares of a whole run; what comes out must not differ. */
async function killAt(moments: readonly number[], begin: Begin): Promise<number> {
  const started = Date.now();
  const expected = JSON.parse(begin.toEnd(scratch()).out);
  let duration = Date.now() - started;
  let killed = 0;
  let folder = scratch();
  let killsHere = 0;
  for (const moment of moments) {
    const begun = Date.now();
    const { child, exited } = startMmm(begin.command(folder));
    setTimeout(() => child.kill("SIGKILL"), duration * moment);
    const ended = (await exited) !== null;
    // The first run was on a busier machine: the next moments are those of a run like this one.
    if (ended && killsHere === 0) duration = Math.min(duration, Date.now() - begun);
    killsHere += ended ? 0 : 1;
    killed += ended ? 0 : 1;
    // Some sessions are killed once, others again and again.
    if (!ended && killsHere < KILLS_A_SESSION) continue;
    const last = begin.toEnd(folder);
    expect(last.code, last.err).toBe(0);
    const results = JSON.parse(last.out);
    const { history, final_config } = expected;
    expect(results.history.digest, `killed at ${moment.toFixed(2)}`).toBe(history.digest);
    expect(results.final_config).toEqual(final_config);
    folder = scratch();
    killsHere = 0;
  }
  return killed;
}

interface Begin {
  command(folder: string): string[];
  toEnd(folder: string): ReturnType<typeof mmm>;
}

const SHIPPED = "examples/baseline_model.json";

function beginRun(baseline: string, ...more: readonly string[]): Begin {
  const [, , ...context] = EXAMPLE;
  const command = (folder: string): string[] => {
    const where = ["run", "--baseline-config", baseline, ...context, ...locate(folder)];
    return [...where, "--seed", "3", "--json", ...more];
  };
  return { command, toEnd: (folder) => mmm(command(folder)) };
}

const spread = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => 0.05 + (0.95 * index) / count);

describe("a killed run", () => {
  it("ends like an undisturbed one, wherever it was killed (30 random moments)", async () => {
    // Without the posterior, which would be most of each run: events come thick and fast.
    const baseline = join(scratch(), "point.json");
    const shipped = JSON.parse(readFileSync(SHIPPED, "utf8"));
    const data = { ...shipped.data, path: resolve("examples", shipped.data.path) };
    writeFileSync(baseline, JSON.stringify({ ...shipped, data, inference: "point" }));
    expect(await killAt(spread(30), beginRun(baseline, "--max-iterations", "3"))).toBeGreaterThan(
      10,
    );
  }, 1_800_000);

  it("does so while its posterior is sampled and judged, too", async () => {
    expect(await killAt(spread(6), beginRun(SHIPPED))).toBeGreaterThan(2);
  }, 1_800_000);

  it("is finished by a worker, too", async () => {
    const folder = scratch();
    const state = join(folder, "state");
    const args = [
      "run",
      ...EXAMPLE,
      "--state-dir",
      state,
      "--output",
      join(folder, "out"),
      "--seed",
      "4",
    ];
    const { child, exited, said } = startMmm(args);
    const poll = setInterval(() => said().includes("[ 1/20]") && child.kill("SIGKILL"), 5);
    await exited;
    clearInterval(poll);
    expect(mmm(["worker", "--until-idle", "--state-dir", state]).code).toBe(0);
    const [row] = JSON.parse(mmm(["status", "--state-dir", state, "--json"]).out);
    expect(row.status).toBe("completed");
  });
});

describe("a second process on the same state", () => {
  it("is told so when it would consume, and may look and propose meanwhile", async () => {
    const folder = scratch();
    const state = join(folder, "state");
    const { child, exited, said } = startMmm(["worker", "--state-dir", state]);
    while (!said().includes("working")) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = mmm(["worker", "--state-dir", state, "--until-idle"]);
    expect(second.code).toBe(8);
    expect(second.err.trim().split("\n")).toHaveLength(1);
    expect(mmm(["status", "--state-dir", state]).code).toBe(0);
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
  });
});
