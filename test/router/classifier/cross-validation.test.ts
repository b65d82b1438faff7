import { describe, expect, it } from "vitest";
import { crossValidate } from "../../../router/classifier/cross-validation.ts";
import type { Example } from "../../../router/classifier/example.ts";

const COUNT = 30;
/** Each example on an axis of its own: nothing learnt from others says anything about it. */
const alone = (label: (at: number) => string, more: Partial<Example> = {}): Example[] =>
  Array.from({ length: COUNT }, (_, at) => {
    const embedding = new Float32Array(COUNT);
    embedding[at] = 1;
    return { embedding, label: label(at), ...more };
  });
const labels = ["a", "b"];

/** Mean logit of the true label above the other. */
function advantage({ logits, y }: { logits: Float64Array; y: Int32Array }): number {
  let sum = 0;
  for (const [i, truth] of y.entries()) sum += logits[2 * i + truth]! - logits[2 * i + 1 - truth]!;
  return sum / y.length;
}

describe("cross-validation", () => {
  it("scores no row by weights that were fitted on it", () => {
    const { held } = crossValidate(
      alone((at) => labels[at % 2]!),
      labels,
      { seed: 1 },
    );
    expect(held.y).toHaveLength(COUNT);
    expect(Math.abs(advantage(held))).toBeLessThan(0.2);
  });

  it("learns what rows share, and chooses among the penalties given", () => {
    const examples = alone((at) => labels[at % 2]!).map((one, at) => ({
      ...one,
      features: Float32Array.of(at % 2 === 0 ? 1 : -1, 1),
    }));
    const { c, held } = crossValidate(examples, labels, { seed: 1, penalties: [0.5, 20] });
    expect([0.5, 20]).toContain(c);
    expect(advantage(held)).toBeGreaterThan(1);
  });

  it("holds descriptions out in no fold, and tells how far it is", () => {
    const described = [
      ...alone((at) => labels[at % 2]!),
      ...alone((at) => labels[at % 2]!, { description: true }).slice(0, 4),
    ];
    const told: number[] = [];
    const { held } = crossValidate(described, labels, {
      seed: 1,
      penalties: [1, 3],
      onProgress: (done, total) => told.push(done / total),
    });
    expect(held.y).toHaveLength(COUNT);
    expect(told).toHaveLength(10);
    expect(told.at(-1)).toBe(1);
  });
});
