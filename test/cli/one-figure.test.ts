/**
 * Protects: the same figure for the same thing, whoever says it: training, results, terminal, report, tables,
 * plans, comparison, API, the reader for Python.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { formatSignificant } from "../../dashboard/figures.ts";
import { mmm, scratch, startMmm } from "../support/mmm.ts";
import { smallConfig, smallCsv } from "../support/small-model.ts";

interface Interval {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}
type Channels = Readonly<
  Record<string, { readonly roi: Interval; readonly contribution: Interval }>
>;

let folder = "";
let results = "";
let published: Channels = {};
let place: string[] = [];

beforeAll(() => {
  folder = scratch();
  const data = join(folder, "small.csv");
  writeFileSync(data, smallCsv());
  const baseline = smallConfig();
  const config = join(folder, "baseline.json");
  writeFileSync(config, JSON.stringify({ ...baseline, data: { ...baseline.data, path: data } }));
  place = ["--state-dir", join(folder, "state")];
  const output = join(folder, "results");
  const ran = mmm([
    "run",
    "--baseline-config",
    config,
    "--max-iterations",
    "1",
    "--output",
    output,
    "--business-context",
    "examples/business_context.json",
    ...place,
  ]);
  expect(ran.code, ran.err).toBe(0);
  expect(ran.out).toContain(`report in ${join(output, "report.html")}`);
  results = join(output, "optimization_results.json");
  const document = JSON.parse(readFileSync(results, "utf8")) as {
    posterior: { channels: Channels };
  };
  published = document.posterior.channels;
  const trained = JSON.parse(mmm(["train", "--config", config, "--json"]).out) as {
    channels: { name: string; roi: number; roi_low: number; roi_high: number }[];
  };
  for (const { name, roi, roi_low, roi_high } of trained.channels) {
    const { low, median, high } = published[name]?.roi ?? { low: 0, median: 0, high: 0 };
    expect([roi_low / low, roi / median, roi_high / high].map((x) => Math.round(1e6 * x))).toEqual([
      1e6, 1e6, 1e6,
    ]);
  }
}, 600_000);

describe("a published figure", () => {
  it("stands in the report that a run writes beside its results", () => {
    const page = readFileSync(join(folder, "results", "report.html"), "utf8");
    for (const { roi } of Object.values(published)) {
      const said = `${formatSignificant(roi.median)} (${formatSignificant(roi.low)} to ${formatSignificant(roi.high)})`;
      expect(page.split(said).length, said).toBeGreaterThan(2);
    }
  });

  it("stands in tables, which Python reads", { timeout: 300_000 }, () => {
    const tables = join(folder, "tables");
    const made = mmm(["export", "--results", results, "--output", tables, ...place]);
    expect(made.code, made.err).toBe(0);
    const script = `
import json, sys
sys.path.insert(0, "examples/python")
import mmm_results as mmm
tables = mmm.read_tables(sys.argv[1])
results = mmm.read_results(sys.argv[2])
events = mmm.read_history(sys.argv[3])
print(json.dumps({"tables": tables["returns"], "results": mmm.returns(results), "events": len(events),
    "total": sum(row["tv"] for row in tables["contributions"]), "plans": len(tables["plans"])}))
`;
    const history = join(folder, "results", "optimization_history.ndjson");
    const read = spawnSync("python3", ["-c", script, tables, results, history], {
      encoding: "utf8",
    });
    expect(read.stderr).toBe("");
    const said = JSON.parse(read.stdout) as {
      tables: Record<string, number | string>[];
      results: Record<string, number | string>[];
      events: number;
      total: number;
      plans: number;
    };
    for (const [name, { roi, contribution }] of Object.entries(published)) {
      for (const rows of [said.tables, said.results]) {
        const row = rows.find(({ channel }) => channel === name);
        expect(Number(row?.["roi_median"]) / roi.median).toBeCloseTo(1, 6);
        expect(Number(row?.["roi_high"]) / roi.high).toBeCloseTo(1, 6);
        expect(Number(row?.["contribution_low"]) / contribution.low).toBeCloseTo(1, 6);
      }
    }
    expect(said.total / (published["tv"]?.contribution.median ?? 1)).toBeCloseTo(1, 6);
    expect(said.events).toBeGreaterThan(10);
    expect(said.plans).toBe(6);
  });

  it("is what plans start from, scaled to their period", { timeout: 300_000 }, () => {
    const asked = mmm(["plan", "--results", results, "--weeks", "143", "--json", ...place]);
    expect(asked.code, asked.err).toBe(0);
    const { plans } = JSON.parse(asked.out) as {
      plans: { channels: { channel: string; response_before: Interval }[] }[];
    };
    for (const { channel, response_before } of plans[0]?.channels ?? []) {
      const own = published[channel]?.contribution;
      for (const end of ["low", "median", "high"] as const) {
        expect(response_before[end] / (own?.[end] ?? 1)).toBeCloseTo(1, 6);
      }
    }
    const goal = mmm(["plan", "--results", results, "--goal", "1e15", ...place]);
    expect(goal.code).not.toBe(0);
    expect(goal.err).toContain("out of reach");
  });

  it("stands in the answer of the API", { timeout: 120_000 }, async () => {
    const { child, exited, said } = startMmm(["serve", "--port", "0", ...place]);
    try {
      await vi.waitFor(() => expect(said()).toMatch(/serving on http/), { timeout: 60_000 });
      const url = /serving on (http:\S+)/.exec(said())?.[1] ?? "";
      const { session } = JSON.parse(readFileSync(results, "utf8")) as { session: string };
      const answer = await fetch(`${url}/v1/sessions/${session}/report`);
      expect(answer.status).toBe(200);
      const { posterior } = (await answer.json()) as { posterior: { channels: Channels } };
      expect(posterior.channels).toEqual(published);
      const page = await fetch(`${url}/v1/sessions/${session}/report?format=html`);
      const beside = readFileSync(join(folder, "results", "report.html"), "utf8");
      expect(await page.text()).toBe(beside);
    } finally {
      child.kill("SIGTERM");
      await exited;
    }
  });

  it("stands in a comparison of results", () => {
    const asked = mmm(["compare", results, results, "--json", ...place]);
    expect(asked.code, asked.err).toBe(0);
    const { rows } = JSON.parse(asked.out) as { rows: { name: string; values: Interval[] }[] };
    expect(rows.find(({ name }) => name === "ROI tv")?.values).toEqual([
      published["tv"]?.roi,
      published["tv"]?.roi,
    ]);
  });

  it("is judged by monitoring on the session's own copy of its data", { timeout: 300_000 }, () => {
    const file = join(folder, "later.csv");
    const rows = smallCsv({ weeks: 166 }).trimEnd().split("\n");
    writeFileSync(file, [rows[0], ...rows.slice(100)].join("\n"));
    const asked = mmm([
      "monitor",
      "--model",
      results,
      "--data",
      file,
      "--no-record",
      "--json",
      ...place,
    ]);
    expect(asked.code, asked.err).toBe(0);
    const report = JSON.parse(asked.out) as { status: string; history: { code: string }[] };
    expect(report.status).toBe("ok");
    expect(report.history.map(({ code }) => code)).toEqual(["history_missing"]);
  });
});
