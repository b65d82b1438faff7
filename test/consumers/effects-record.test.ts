/** Protects: returns are estimated once for a model, whatever is tuned, and a forged record is none. */
import { describe, expect, it } from "vitest";
import {
  createEffectsRecord,
  drawsKey,
  type EffectsTools,
} from "../../consumers/effects-record.ts";
import { estimateInThread, type EffectsJob } from "../../consumers/posterior-thread.ts";
import { publishEvidence } from "../../consumers/published-evidence.ts";
import { hasReturnsOf, readPosterior } from "../../consumers/published-posterior.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import type { ModelConfig } from "../../model/config.ts";
import { estimateEffects, restoreResponses } from "../../model/effects.ts";
import { gatherEvidence } from "../../model/evidence/gather.ts";
import { parseDraws, serializeDraws } from "../../model/posterior/draws.ts";
import { inflateRawSync } from "node:zlib";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const dataset = smallDataset();
const config = smallConfig();
const effects = estimateEffects(dataset, config);
const answer = {
  summary: effects.summary,
  draws: effects.draws === null ? null : serializeDraws(effects.draws),
  evidence: gather(),
};

function gather() {
  const { sampled, responses } = effects;
  if (sampled === null) return null;
  const options = { seed: 1, responses };
  return publishEvidence(gatherEvidence(sampled.dataset, sampled.methodology, sampled, options));
}
const ring = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(7)));
const stranger = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(8)));
const { signal } = new AbortController();
const loaded = { dataset, digest: "a".repeat(64) };

const tuned: ModelConfig = {
  ...config,
  hyperparameters: { ...config.hyperparameters, tv: { decay: 0.7, alpha: 2, gamma: 0.9 } },
  training: { ...config.training, l2_penalty: 1 },
};

function world(more: Partial<EffectsTools> = {}) {
  const kept = new Map<string, string>();
  let estimated = 0;
  const tools: EffectsTools = {
    estimate: async () => {
      estimated += 1;
      return answer;
    },
    store: {
      memo: async (key) => kept.get(key) ?? null,
      remember: async (key, value) => {
        if (!kept.has(key)) kept.set(key, value);
        return kept.get(key) ?? value;
      },
    },
    ring,
    specDigest: SPECIFICATION_SHIPPED.digest,
    ...more,
  };
  const ask = (own: ModelConfig, businessUnit = "unit") =>
    createEffectsRecord(tools)({ businessUnit, config: own, loaded, signal });
  return { kept, ask, tools, estimated: () => estimated };
}

describe("the record of effects", () => {
  it("is made once for a methodology and its data, whatever is tuned, and again for another unit", async () => {
    const { ask, estimated } = world();
    const first = await ask(config);
    const second = await ask(tuned);
    expect(second).toEqual(first);
    expect(estimated()).toBe(1);
    await ask({ ...config, evaluation: { ...config.evaluation, folds: 3 } });
    expect(estimated()).toBe(2);
    await ask(config, "another unit");
    expect(estimated()).toBe(3);
  });

  it("is worked out once for questions at the same time", async () => {
    const { tools, estimated } = world();
    const find = createEffectsRecord(tools);
    const question = { businessUnit: "unit", loaded, signal };
    await Promise.all([config, tuned].map((own) => find({ ...question, config: own })));
    expect(estimated()).toBe(1);
  });

  it("keeps the draws under their digest, and every figure comes back from them", async () => {
    const { ask, kept } = world();
    const { posterior } = await ask(config);
    const digest = readPosterior(posterior)?.draws_digest ?? "";
    const text = kept.get(drawsKey(digest)) ?? "";
    const draws = parseDraws(new Uint8Array(inflateRawSync(Buffer.from(text, "base64"))));
    expect(restoreResponses(dataset, config, draws)).toEqual(effects.responses);
  });

  it.each([
    ["a stranger signed it", { ring: stranger }],
    ["it is of another specification", { specDigest: "b".repeat(64) }],
  ])("is estimated anew where %s", async (_name, more) => {
    const forger = world(more);
    const forged = await forger.ask(config);
    const own = world();
    const key = [...forger.kept.keys()].find((one) => one.startsWith("effects/")) ?? "";
    const text = forger.kept.get(key) ?? "";
    await own.ask(config);
    const mine = [...own.kept.keys()].find((one) => one.startsWith("effects/")) ?? "";
    own.kept.set(mine, text);
    const found = await own.ask(config);
    expect(own.estimated()).toBe(2);
    expect(found.signature).not.toBe(forged.signature);
  });

  it("is estimated anew where its figures were altered", async () => {
    const { ask, kept, estimated } = world();
    const first = await ask(config);
    const key = [...kept.keys()].find((one) => one.startsWith("effects/")) ?? "";
    const entry = JSON.parse(kept.get(key) ?? "") as { summary: string; posterior: string };
    const median = effects.summary.channels["tv"]?.roi.median ?? 0;
    const altered = entry.summary.replaceAll(String(median), String(3 * median));
    expect(altered).not.toBe(entry.summary);
    kept.set(key, JSON.stringify({ ...entry, summary: altered }));
    expect(await ask(config)).toEqual(first);
    expect(estimated()).toBe(2);
  });

  it("comes out of a worker thread as it does in this one, and the engine's refusals as its own", async () => {
    const job: EffectsJob = { dataset, config };
    expect(await estimateInThread(job, signal)).toEqual(answer);
    const silent = {
      ...dataset,
      channels: dataset.channels.map((row) => ({ ...row, spend: row.spend.map(() => 0) })),
    };
    await expect(estimateInThread({ dataset: silent, config }, signal)).rejects.toMatchObject({
      code: "parameters_invalid",
    });
    const aborted = AbortSignal.abort(new Error("over"));
    await expect(estimateInThread(job, aborted)).rejects.toThrow("over");
  });
});

describe("a published posterior", () => {
  it("vouches for the returns of its own model only", async () => {
    const { posterior } = await world().ask(config);
    const own = readPosterior(posterior);
    const rows = config.channels.map(({ name }) => {
      const { roi, mroi } = effects.summary.channels[name] ?? { roi: null, mroi: null };
      const [low, high] = [roi?.low ?? null, roi?.high ?? null];
      return {
        channel: name,
        roi: roi?.median ?? null,
        roi_low: low,
        roi_high: high,
        mroi: mroi?.median ?? null,
      };
    });
    expect(hasReturnsOf(own, { channels: rows as never })).toBe(true);
    const moved = rows.map((row, at) => (at === 0 ? { ...row, roi: (row.roi ?? 0) * 1.01 } : row));
    expect(hasReturnsOf(own, { channels: moved as never })).toBe(false);
    expect(hasReturnsOf(null, { channels: [] })).toBe(false);
  });

  it("reads as none where the text is anything else", () => {
    for (const text of ["", "null", "{}", "[1]", '{"level":0.9}'])
      expect(readPosterior(text)).toBeNull();
  });
});
