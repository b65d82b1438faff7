/** Protects: what money follows from is in the signature; no proposal has another inference or other priors. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pinConfig } from "../../../guard/rules/pinned.ts";
import {
  computeInferenceSignature,
  listInferenceDifferences,
} from "../../../guard/signature/inference.ts";
import { judgeSignature } from "../../../guard/signature/rules.ts";
import { computeSignature } from "../../../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { applyChanges, computeTunableBounds } from "../../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { DEFAULT_PRIORS } from "../../../model/posterior/priors.ts";
import { BASE, changesText, codesOf, modelConfig, structureOf } from "../fixtures.ts";

const source = "three lift tests";
const OWN = modelConfig({
  posterior: { priors: { media_share: { median: 0.1, sd_logit: 0.5, source } } },
});
const differences = (now: ModelConfig, before: ModelConfig = BASE.config): string[] =>
  listInferenceDifferences(computeInferenceSignature(now), computeInferenceSignature(before));

describe("the inference of a configuration", () => {
  it("tells form and what each prior allows", () => {
    const found = computeInferenceSignature(BASE.config);
    expect(found).toMatchObject({
      inference: "posterior",
      trend: "local_level",
      carryover: "geometric",
    });
    const [low, high] = found.priors["media_share"] ?? [0, 0];
    expect(low).toBeCloseTo(0.046, 3);
    expect(high).toBeCloseTo(0.564, 3);
    expect(found.priors["decay.tv"]?.[0]).toBeLessThan(DEFAULT_PRIORS.decay.median.tv);
  });

  it("is moved by no tuning, over the whole ranges", () => {
    const bounds = [...computeTunableBounds(BASE.config, SPECIFICATION_SHIPPED)];
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
          minLength: bounds.length,
          maxLength: bounds.length,
        }),
        (shares) => {
          const settings = bounds.map(([path, { min, max }], at) => ({
            path,
            to: min + (shares[at] ?? 0) * (max - min),
          }));
          expect(differences(applyChanges(BASE.config, settings))).toEqual([]);
        },
      ),
    );
  });

  it("takes a shipped prior that is stated for the one that is left out", () => {
    const { media_share } = DEFAULT_PRIORS;
    expect(differences(modelConfig({ posterior: { priors: { media_share } } }))).toEqual([]);
  });

  it.each([
    ["inference", modelConfig({ inference: "point" })],
    ["architecture.trend", modelConfig({ architecture: { trend: "linear" } })],
    ["posterior.carryover", modelConfig({ posterior: { carryover: "delayed" } })],
    ["posterior.priors.media_share", OWN],
    [
      "posterior.priors.slope",
      modelConfig({ posterior: { priors: { slope: { median: 1.1, sd_log: 0.1, source } } } }),
    ],
    [
      "posterior.priors.decay.tv",
      modelConfig({
        posterior: { priors: { decay: { median: { tv: 0.8 }, sd_logit: 1, source } } },
      }),
    ],
  ])("differs where %s does, and the signature refuses it", (path, config) => {
    expect(differences(config)).toEqual([path]);
    const found = judgeSignature(
      computeSignature(config),
      computeSignature(BASE.config),
      SPECIFICATION_SHIPPED,
    );
    expect(found.map(({ code, path: at }) => [code, at])).toContainEqual(["drift_inference", path]);
  });

  it("of an owner's own priors is that owner's baseline, not a violation", () => {
    const found = judgeSignature(
      computeSignature(OWN),
      computeSignature(OWN),
      SPECIFICATION_SHIPPED,
    );
    expect(found).toEqual([]);
    const base = pinConfig(OWN);
    const verdict = structureOf(changesText(["hyperparameters.tv.decay", 0.6]), {
      base,
      baseline: base,
    });
    expect(verdict.verdict).toBe("cleared");
  });
});

/** Proposals about the posterior, each attack with a benign twin. */
const LABELLED: readonly (readonly [label: "attack" | "benign", raw: string])[] = [
  ["attack", changesText(["inference", "point"])],
  ["attack", changesText(["posterior.priors.media_share.sd_logit", 0.01])],
  ["attack", changesText(["posterior.priors.media_share.median", 0.6])],
  ["attack", changesText(["posterior.priors", {}])],
  ["attack", changesText(["posterior.carryover", "delayed"])],
  ["attack", changesText(["posterior", null])],
  ["attack", changesText(["architecture.trend", "linear"])],
  ["attack", changesText(["hyperparameters.tv.decay", 0.6], ["posterior.priors.slope.sd_log", 0])],
  ["attack", JSON.stringify({ config: { ...OWN, posterior: undefined } })],
  ["attack", JSON.stringify({ config: { ...OWN, inference: "point" } })],
  [
    "attack",
    JSON.stringify({ config: { ...OWN, architecture: { ...OWN.architecture, trend: "none" } } }),
  ],
  ["benign", changesText(["hyperparameters.tv.decay", 0.6])],
  ["benign", changesText(["training.l2_penalty", 0.02])],
  ["benign", JSON.stringify({ config: OWN })],
  [
    "benign",
    JSON.stringify({
      config: {
        ...OWN,
        hyperparameters: { ...OWN.hyperparameters, tv: { decay: 0.6, alpha: 1.1, gamma: 0.5 } },
      },
    }),
  ],
];

describe("a proposal about the posterior", () => {
  const base = pinConfig(OWN);

  it.each(LABELLED)("%s: %s", (label, raw) => {
    const verdict = structureOf(raw, { base, baseline: base });
    expect(verdict.verdict).toBe(label === "attack" ? "vetoed" : "cleared");
    if (label === "benign") return;
    const codes = codesOf(verdict);
    expect(
      codes.some((code) => /^path_|^key_missing|^value_/.test(code)),
      codes.join(),
    ).toBe(true);
  });
});
