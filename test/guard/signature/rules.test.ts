import { describe, expect, it } from "vitest";
import { judgeSignature } from "../../../guard/signature/rules.ts";
import { computeSignature } from "../../../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { BASE } from "../fixtures.ts";

type Transform = ModelConfig["hyperparameters"][string];
/** The baseline with the transform of every channel changed. */
const withAll = (change: (old: Transform, name: string) => Transform): ModelConfig => ({
  ...BASE.config,
  hyperparameters: Object.fromEntries(
    Object.entries(BASE.config.hyperparameters).map(([name, old]) => [name, change(old, name)]),
  ),
});
const codes = (config: ModelConfig, baseline: ModelConfig = BASE.config): string[] =>
  judgeSignature(computeSignature(config), computeSignature(baseline), SPECIFICATION_SHIPPED).map(
    ({ code, path }) => `${code} ${path}`,
  );

describe("the signature of a configuration", () => {
  it("is fine as long as the mechanisms work", () => {
    expect(codes(BASE.config)).toEqual([]);
    expect(codes(withAll((old) => ({ ...old, decay: old.decay * 0.95 })))).toEqual([]);
  });

  it("shows carryover switched off, for one channel and in the mean", () => {
    const one = withAll((old, name) => (name === "tv" ? { ...old, decay: 0 } : old));
    expect(codes(one)).toContain("carryover_off hyperparameters.tv.decay");
    const all = withAll((old) => ({ ...old, decay: 0 }));
    expect(codes(all)).toContain("carryover_off hyperparameters");
    expect(codes(all)).toContain("drift_carryover hyperparameters");
  });

  it("shows carryover that is a flat average, and a response that is a straight line", () => {
    expect(codes(withAll((old) => ({ ...old, decay: 0.998 })))).toContain(
      "carryover_flat hyperparameters.tv.decay",
    );
    expect(codes(withAll((old) => ({ ...old, alpha: 1, gamma: 9 })))).toContain(
      "saturation_linear hyperparameters",
    );
  });

  it("judges the mean over the spend seen, where a proposal halved it", () => {
    const seen = Object.fromEntries(
      BASE.config.channels.map(({ name }) => [name, { p50: 0.3, p95: 0.65 }]),
    );
    const judged = (alpha: number, gamma: number): string[] =>
      judgeSignature(
        computeSignature(
          withAll((old) => ({ ...old, alpha, gamma })),
          seen,
        ),
        computeSignature(BASE.config, seen),
        SPECIFICATION_SHIPPED,
      ).map(({ code, path }) => `${code} ${path}`);
    expect(judged(1.4, 1)).toEqual(["saturation_linear hyperparameters"]);
    expect(judged(1, 0.8)).toEqual([]);
  });

  it("shows channels tied together, unless the baseline ties them itself", () => {
    const tied = withAll(() => ({ decay: 0.4, alpha: 1.1, gamma: 0.5 }));
    expect(codes(tied)).toEqual(["channels_tied hyperparameters"]);
    expect(codes(tied, tied)).toEqual([]);
  });

  it("shows a penalty that shrinks everything or nothing", () => {
    const penalty = (l2_penalty: number) => ({
      ...BASE.config,
      training: { ...BASE.config.training, l2_penalty },
    });
    expect(codes(penalty(100))).toEqual(["shrinkage_extreme training.l2_penalty"]);
    expect(codes(penalty(0))).toEqual(["shrinkage_extreme training.l2_penalty"]);
  });
});
