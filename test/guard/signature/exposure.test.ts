import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createVerdictRequest } from "../../../consumers/guard-question.ts";
import { signWarrant, verifyWarrant } from "../../../guard/tokens/clearance.ts";
import { measureObservedExposure } from "../../../guard/signature/exposure.ts";
import { judge } from "../../../guard/judge.ts";
import { createKeyRing, deriveSigningKey } from "../../../guard/tokens/keys.ts";
import { pinConfig } from "../../../guard/rules/pinned.ts";
import type { ObservedExposure } from "../../../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { parseModelConfig } from "../../../model/config.ts";
import { parseDataset } from "../../../model/data/dataset.ts";
import { changesText } from "../fixtures.ts";

const file = (name: string): string =>
  readFileSync(new URL(`../../../examples/${name}`, import.meta.url), "utf8");
const config = parseModelConfig(JSON.parse(file("baseline_model.json")));
const csv = file(config.data.path);
const dataset = parseDataset(csv, config);

describe("the observed exposure", () => {
  const seen = measureObservedExposure(dataset, config);

  it("has every channel that works, with its median below its 95 % quantile", () => {
    expect(Object.keys(seen)).toEqual(config.channels.map(({ name }) => name));
    for (const { p50, p95 } of Object.values(seen)) {
      expect(p50).toBeGreaterThan(0);
      expect(p95).toBeGreaterThan(p50);
    }
  });

  it("does not look at the locked weeks", () => {
    const rows = csv.trimEnd().split("\n");
    const locked = config.evaluation.locked_test_weeks;
    const spend = (rows[0] ?? "").split(",").indexOf(config.channels[0]?.spend ?? "");
    const changed = rows.map((row, at) => {
      if (at < rows.length - locked) return row;
      return row
        .split(",")
        .map((value, column) => (column === spend ? "99999999" : value))
        .join(",");
    });
    expect(changed).not.toEqual(rows);
    expect(measureObservedExposure(parseDataset(changed.join("\n"), config), config)).toEqual(seen);
  });

  it("leaves a channel out that never works before the locked weeks", () => {
    const silent = {
      ...dataset,
      channels: dataset.channels.map((channel, at) =>
        at === 0 ? { ...channel, exposure: new Float64Array(channel.exposure.length) } : channel,
      ),
    };
    expect(Object.keys(measureObservedExposure(silent, config))).toEqual(
      config.channels.slice(1).map(({ name }) => name),
    );
  });

  it("rests on the baseline's decay, so that no proposal moves it", () => {
    const alone = measureObservedExposure(dataset, {
      ...config,
      training: { ...config.training, l2_penalty: 0.5 },
    });
    expect(alone).toEqual(seen);
  });
});

describe("the guard's judging", () => {
  const ring = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(1)));
  const { text } = pinConfig(config);
  const expected = { session: "s", work_item: "w1", attempt: 1 };
  const warrant = verifyWarrant(
    signWarrant({ ...expected, iteration: 1, baseline: text, base: text, constraints: [] }, ring),
    ring,
    expected,
  );
  const spec = SPECIFICATION_SHIPPED;
  const lawful = changesText(
    ["hyperparameters.tv.alpha", 1],
    ["hyperparameters.tv.gamma", 1],
    ["hyperparameters.tv.decay", 0.5],
  );
  const requestVerdict = (observed: () => Promise<ObservedExposure>) =>
    createVerdictRequest({ spec, judge: (input) => judge(input, []), observed });
  const asked = { raw: lawful, isBaseline: false, warrant };

  it("refuses a curve that is straight over the spend seen, and clears it where spend reaches up", async () => {
    const spiky = requestVerdict(async () => ({ tv: { p50: 0.01, p95: 0.04 } }));
    const verdict = await spiky(asked);
    expect([verdict.layer, verdict.violations[0]?.code]).toEqual([
      "signature",
      "saturation_linear",
    ]);
    const full = await requestVerdict(async () => ({ tv: { p50: 0.5, p95: 1 } }))(asked);
    expect(full.verdict).toBe("cleared");
  });

  it("judges nothing while the data cannot be read, and looks again the next time", async () => {
    let reads = 0;
    const judgeIt = requestVerdict(async () => {
      reads += 1;
      if (reads === 1) throw new Error("the share is not mounted");
      return {};
    });
    await expect(judgeIt(asked)).rejects.toThrow("not mounted");
    expect((await judgeIt(asked)).verdict).toBe("cleared");
    await judgeIt(asked);
    expect(reads).toBe(2);
  });
});
