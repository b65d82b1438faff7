import { describe, expect, it } from "vitest";
import {
  describeChange,
  describeErrors,
  describeNoImprovement,
  describeProposal,
} from "../../../agents/builtin/explain-proposal.ts";
import type { TunedChange } from "../../../agents/builtin/tuning.ts";
import { trainModel } from "../../../model/train.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const base = smallConfig({ training: { refinement_steps: 0 } });
const before = trainModel(smallDataset(), base, { seed: 1 });
const after = { ...before, loss: before.loss / 2 };
const change = (more: Partial<TunedChange> = {}): TunedChange => ({
  path: "hyperparameters.tv.decay",
  from: 0.5,
  to: 0.7071,
  worth: 0,
  atBound: null,
  ...more,
});

describe("a proposal in words", () => {
  it("tells a decay by its half-life, in weeks for daily data too", () => {
    expect(describeChange(change(), base)).toBe(
      "tv decay 0.5 → 0.7071 (half-life 1.0 → 2.0 weeks)",
    );
    const daily = { ...base, data: { ...base.data, frequency: "daily" as const } };
    const day = change({ from: 0.5 ** (1 / 7), to: 0 });
    expect(describeChange(day, daily)).toMatch(/half-life 1\.0 → 0 weeks/);
    const penalty = { path: "training.l2_penalty", from: 0.01, to: 0.02 };
    expect(describeChange(penalty, base)).toBe("l2_penalty 0.01 → 0.02");
  });

  it("tells errors before and after, and what is at the end of its range", () => {
    const text = describeProposal({
      base,
      tuning: { before, after, changes: [change({ atBound: "upper" as never })] },
      evaluations: 40,
      notes: ["tv kept"],
    });
    const half = (100 * after.loss).toFixed(2);
    expect(text).toContain(
      `validated wMAPE ${(100 * before.loss).toFixed(2)} % → ${half} %`.slice(1),
    );
    expect(text).toContain("40 configurations evaluated");
    expect(text).toContain("At the end of their range: tv decay");
    expect(text).toContain("Tv kept.");
    expect(describeErrors(before, after)).toMatch(/over 4 rolling-origin folds$/);
  });

  it("is never longer than the guard reads", () => {
    const notes = Array.from({ length: 100 }, (_, at) => `note ${at} ${"x".repeat(100)}`);
    expect(describeNoImprovement(before, 3, notes)).toHaveLength(4000);
    const changes = Array.from({ length: 60 }, () => change());
    const told = { base, tuning: { before, after, changes }, evaluations: 1, notes };
    expect(describeProposal(told)).toHaveLength(4000);
    expect(describeProposal(told)).toContain("and 36 more");
  });
});
