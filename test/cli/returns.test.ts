/**
 * Protects: what agents can tune cannot move the money. A session that tunes hard, is killed and resumed,
 * and is forked, publishes the very posterior that training the untouched baseline gives.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { mmm, scratch, startMmm } from "../support/mmm.ts";
import { smallConfig, smallCsv } from "../support/small-model.ts";

interface Interval {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}
interface Posterior {
  readonly draws_digest: string;
  readonly channels: Readonly<Record<string, { roi: Interval; contribution: Interval }>>;
}
interface Results {
  readonly session: string;
  readonly posterior: Posterior;
  readonly changes: readonly unknown[];
  readonly model: { readonly posterior_digest: string; readonly loss: number };
}

let files: string[] = [];
let folder = "";
let untouched: { posterior: Posterior; loss: number };

beforeAll(() => {
  folder = scratch();
  const data = join(folder, "small.csv");
  writeFileSync(data, smallCsv());
  const baseline = smallConfig();
  const own = { ...baseline, data: { ...baseline.data, path: data } };
  writeFileSync(join(folder, "baseline.json"), JSON.stringify(own));
  const config = join(folder, "baseline.json");
  files = ["--baseline-config", config, "--business-context", "examples/business_context.json"];
  untouched = JSON.parse(mmm(["train", "--config", config, "--json"]).out);
});

function readResults(output: string): Results {
  return JSON.parse(readFileSync(join(output, "optimization_results.json"), "utf8")) as Results;
}

function expectUntouchedReturns({ posterior }: Results): void {
  expect(posterior.draws_digest).toBe(untouched.posterior.draws_digest);
  for (const [name, { roi, contribution }] of Object.entries(untouched.posterior.channels)) {
    const said = posterior.channels[name];
    for (const end of ["low", "median", "high"] as const) {
      expect((said?.roi[end] ?? 0) / roi[end]).toBeCloseTo(1, 6);
      expect((said?.contribution[end] ?? 0) / contribution[end]).toBeCloseTo(1, 6);
    }
  }
}

describe("a session that tunes hard", () => {
  it("is killed and resumed, forked, run with another seed, and publishes the untouched returns", async () => {
    const place = (name: string) => ["--state-dir", join(folder, name)];
    const output = join(folder, "hard");
    const run = (name: string, out: string, seed: string) => [
      "run",
      ...files,
      ...place(name),
      "--output",
      out,
      "--seed",
      seed,
      "--json",
      "--max-iterations",
      "4",
      "--convergence-threshold",
      "1",
    ];
    const { child, exited, said } = startMmm(run("state", output, "11"));
    const trained = new Promise<void>((resolve) => {
      child.stderr?.on("data", () => {
        if (/baseline trained/.test(said())) resolve();
      });
    });
    await Promise.race([trained, exited]);
    child.kill("SIGKILL");
    await exited;
    expect(mmm(run("state", output, "11")).code).toBe(0);
    const hard = readResults(output);
    expect(hard.changes.length).toBeGreaterThan(0);
    expect(hard.model.loss).toBeLessThan(untouched.loss);
    expectUntouchedReturns(hard);

    const forked = join(folder, "forked");
    const fork = ["replay", "--session", hard.session, "--fork", "--at", "16", ...place("state")];
    const asked = mmm([...fork, "--set", "hyperparameters.tv.decay=0.45", "--output", forked]);
    expect(asked.code, asked.err).toBe(0);
    expect(readResults(forked).session).not.toBe(hard.session);
    expectUntouchedReturns(readResults(forked));

    const other = join(folder, "other");
    expect(mmm(run("elsewhere", other, "12")).code).toBe(0);
    expectUntouchedReturns(readResults(other));
    expect(readResults(other).model.posterior_digest).toBe(hard.model.posterior_digest);
  }, 900_000);
});

describe("commands on its results", () => {
  it("plan with the session's own draws, and say so where they are not at hand", () => {
    const results = join(folder, "hard", "optimization_results.json");
    const ask = ["allocate", "--results", results, "--json"];
    const own = mmm([...ask, "--state-dir", join(folder, "state")]);
    expect(own.code, own.err).toBe(0);
    expect(own.err).not.toContain("draws");
    const elsewhere = mmm([...ask, "--state-dir", join(folder, "nowhere")]);
    expect(elsewhere.err).toContain("The session's draws are not in");
    expect(elsewhere.out).toBe(own.out);
  });
});
