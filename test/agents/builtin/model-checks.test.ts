import { describe, expect, it } from "vitest";
import { checkModelFigures } from "../../../agents/builtin/model-checks.ts";
import type { TrainedModel } from "../../../agents/reasoners.ts";
import { SETTINGS } from "../../support/agent-jobs.ts";
import { metrics } from "../../support/given.ts";

const model = (more: object = {}, r2 = 0.9, error = 0.05): TrainedModel =>
  ({
    validation: metrics(error),
    in_sample: { ...metrics(error), r2 },
    baseline_share: 0.5,
    roi_stability: 1,
    fold_losses: [0.05, 0.05],
    detail: "{}",
    ...more,
  }) as unknown as TrainedModel;
const check = (candidate: TrainedModel, baseline = model()) =>
  checkModelFigures({ candidate, baseline, settings: SETTINGS }).map(
    ({ code, severity }) => `${code} ${severity}`,
  );

describe("the model as a whole", () => {
  it("is fine with usual figures", () => expect(check(model())).toEqual([]));

  it("must not have a negative baseline, in all or in a month", () => {
    expect(check(model({ baseline_share: -0.1 }))).toEqual(["baseline_negative critical"]);
    const detail = JSON.stringify({ baseline: { worst_four_weeks: -0.2 } });
    expect(check(model({ detail }))).toEqual(["baseline_negative_month critical"]);
    expect(check(model({ detail }), model({ detail }))).toEqual([
      "baseline_negative_month warning",
    ]);
    expect(check(model({ detail: "not JSON" }))).toEqual([]);
  });

  it("only warns about fit: too weak, too good, an error that is high", () => {
    expect(check(model({}, 0.7))).toEqual(["fit_weak warning"]);
    expect(check(model({}, 0.99))).toEqual(["fit_suspicious warning"]);
    expect(check(model({}, 0.9, 0.12))).toEqual(["error_fair info"]);
    expect(check(model({}, 0.9, 0.16))).toEqual(["error_high warning"]);
  });

  it("sends back what makes one fold much worse than the baseline's worst", () => {
    const folds = (...fold_losses: number[]) => model({ fold_losses });
    expect(check(folds(0.03, 0.07), folds(0.05, 0.05))).toEqual(["fold_error_worse critical"]);
    expect(check(folds(0.03, 0.06), folds(0.05, 0.05))).toEqual([]);
    expect(check(folds(), folds(0.05))).toEqual([]);
  });

  it("warns where returns vary between refits", () => {
    expect(check(model({ roi_stability: 0.6 }))).toEqual([]);
    expect(check(model({ roi_stability: 0.5 }))).toEqual(["returns_unstable warning"]);
    expect(check(model({ baseline_share: 0.8 }))).toEqual(["baseline_share_unusual warning"]);
  });
});
