import { describe, expect, test } from "vitest";
import { Likelihood } from "../../../model/fit/likelihood.ts";
import { createProblem, toParameterVector } from "../../../model/fit/problem.ts";
import { resolveBox } from "../../../model/search/bounds.ts";
import { sampleEnsemble } from "../../../model/search/ensemble.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();
const likelihood = new Likelihood(createProblem(smallDataset(), config));
const draw = (seed: number) =>
  sampleEnsemble([likelihood], config, { seed, members: 30, warmup: 20, thin: 1 });

describe("an ensemble", () => {
  test("lies inside the ranges and keeps the penalty as configured", () => {
    const box = resolveBox(config);
    const penalty = toParameterVector(config).at(-1);
    const members = draw(1);
    expect(members).toHaveLength(30);
    for (const member of members) {
      expect(member.at(-1)).toBe(penalty);
      for (const [index, value] of member.subarray(0, 6).entries()) {
        expect(value).toBeGreaterThanOrEqual(box.low[index] ?? 0);
        expect(value).toBeLessThanOrEqual(box.high[index] ?? 0);
      }
    }
  });

  test("moves towards what is likely, and repeats itself for the same seed", () => {
    const worth = (members: readonly Float64Array[]): number =>
      members.reduce((sum, one) => sum + likelihood.evaluate(one), 0) / members.length;
    const members = draw(1);
    const box = resolveBox(config);
    const corner = Float64Array.from(box.low);
    expect(worth(members)).toBeGreaterThan(likelihood.evaluate(corner));
    expect(draw(1)).toEqual(members);
    expect(draw(2)).not.toEqual(members);
  });
});
