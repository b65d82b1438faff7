import { describe, expect, it } from "vitest";
import { computeIntentFeatures, countFeatures } from "../../../guard/words/intent-features.ts";

const embedding = Float32Array.of(0.25, -0.5, 1);
const row = (sentence: string) => computeIntentFeatures(embedding, sentence);
const same = (left: Float32Array, right: Float32Array) =>
  Buffer.from(left.buffer).equals(Buffer.from(right.buffer));

describe("features of a sentence", () => {
  it("begin with its embedding and are as many for every sentence", () => {
    for (const sentence of ["", "Tune the decay.", "x ".repeat(3000)]) {
      const features = row(sentence);
      expect([...features.subarray(0, 3)]).toEqual([0.25, -0.5, 1]);
      expect(features).toHaveLength(countFeatures(3));
    }
  });

  it("tell an option from no option, which has the same words but one", () => {
    expect(same(row("Weibull is an option."), row("Weibull is not an option."))).toBe(false);
    expect(same(row("Drop the trend."), row("Drop the trend."))).toBe(true);
  });

  it("see kinds of words: an order on something protected is not one on a number", () => {
    const kinds = (sentence: string) => [...row(sentence).subarray(3, 3 + 25)];
    expect(kinds("Drop the trend.")).not.toEqual(kinds("Drop the decay."));
    expect(kinds("Drop the trend.")).toEqual(kinds("Remove the seasonality."));
  });
});
