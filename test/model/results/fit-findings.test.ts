import { describe, expect, test } from "vitest";
import { collectFitFindings, type FittedModel } from "../../../model/results/fit-findings.ts";

const channel = { name: "tv", vif: 2, coefficient: 1, spend: 10 };
const codes = (more: {
  watson?: number;
  r2?: number;
  negative?: boolean;
  channel?: object;
  calibration?: object;
}) =>
  collectFitFindings({
    channels: [{ ...channel, ...more.channel }],
    baseline: { negative: more.negative ?? false, worst_four_weeks: -1 },
    inSample: { r2: more.r2 ?? 0.9 },
    diagnostics: { durbin_watson: more.watson ?? 2 },
    calibration: more.calibration ?? { lift_tests: 0, roi_priors: 0 },
  } as unknown as FittedModel).map((finding) => finding.code);

describe("what a reader must know about a fit", () => {
  test("is nothing when all figures are usual", () => {
    expect(codes({})).toEqual([]);
    expect(codes({ watson: 1.5, r2: 0.8 })).toEqual([]);
  });

  test("is autocorrelation in either direction", () => {
    expect(codes({ watson: 1.2 })).toEqual(["autocorrelated_residuals"]);
    expect(codes({ watson: 2.8 })).toEqual(["autocorrelated_residuals"]);
  });

  test("is a fit that is too weak, or too good to be true, or below zero without media", () => {
    expect(codes({ r2: 0.7 })).toEqual(["fit_weak"]);
    expect(codes({ r2: 0.99 })).toEqual(["fit_suspicious"]);
    expect(codes({ negative: true })).toEqual(["baseline_negative"]);
  });

  test("is evidence from experiments that entered, and none where nothing did", () => {
    expect(codes({ calibration: { lift_tests: 1, roi_priors: 0 } })).toEqual(["calibration_used"]);
  });

  test("is a channel that cannot be told from others, or has no effect", () => {
    expect(codes({ channel: { vif: 10.1 } })).toEqual(["vif_high"]);
    expect(codes({ channel: { vif: null } })).toEqual(["vif_high"]);
    expect(codes({ channel: { vif: null, coefficient: 0, spend: 0 } })).toEqual([
      "channel_unidentified",
    ]);
    expect(codes({ channel: { coefficient: 0 } })).toEqual(["coefficient_zero"]);
  });
});
