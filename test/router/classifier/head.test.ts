import { describe, expect, it } from "vitest";
import { assignFolds } from "../../../router/classifier/folds.ts";
import type { Example } from "../../../router/classifier/example.ts";
import { classify, trainHead } from "../../../router/classifier/head.ts";
import { createSeededRandom } from "../../../router/classifier/random.ts";

const random = createSeededRandom(5);

function unit(values: readonly number[]): Float32Array {
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (v) => v / norm);
}

/** Noisy unit vectors around three corners of a five-dimensional cube. */
function cloud(label: string, corner: number, count: number): Example[] {
  return Array.from({ length: count }, (_, i) => ({
    label,
    text: `${label} ${i}`,
    embedding: unit([0, 1, 2, 3, 4].map((j) => (j === corner ? 1 : 0) + 0.5 * (random() - 0.5))),
  }));
}

const examples = [...cloud("tune", 0, 40), ...cloud("decide", 1, 40), ...cloud("none", 2, 40)];
const head = trainHead(examples, { seed: 1, rejectLabel: "none" });

describe("a trained head", () => {
  it("labels what lies near its examples, and is sure", () => {
    const found = classify(head, unit([1, 0.1, 0, 0, 0]));
    expect(found.label).toBe("tune");
    expect(found.confidence).toBeGreaterThan(0.9);
    expect(found.rejected).toBeNull();
  });

  it("gives scores that sum to 1", () => {
    const { scores } = classify(head, unit([1, 1, 1, 1, 1]));
    expect(Object.values(scores).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
  });

  it("rejects the label that means none of the others", () => {
    expect(classify(head, unit([0, 0, 1, 0, 0])).rejected).toBe("reject_label");
  });

  it("rejects what is unlike all examples, even where the classifier is sure", () => {
    const found = classify(head, unit([0.5, -0.2, -1.5, 1, -1]));
    expect(found.label).toBe("tune");
    expect(found.confidence).toBeGreaterThan(head.thresholds.confidence);
    expect(found.rejected).toBe("unfamiliar");
  });

  it("rejects what lies half way between two labels", () => {
    expect(classify(head, unit([1, 1, 0, 0, 0])).rejected).toBe("low_confidence");
  });

  it("explains itself by the nearest labelled examples", () => {
    const { neighbours } = classify(head, examples[3]!.embedding);
    expect(neighbours[0]!.text).toBe("tune 3");
    expect(neighbours).toHaveLength(3);
  });

  it("is the same for the same examples and seed, bit by bit", () => {
    const again = trainHead(examples, { seed: 1, rejectLabel: "none" });
    expect([...again.weights]).toEqual([...head.weights]);
    expect(again.thresholds).toEqual(head.thresholds);
  });

  it("says how it did on held-out folds", () => {
    expect(head.validation.examples).toBe(120);
    expect(head.validation.accuracy).toBeGreaterThan(0.95);
    expect(head.validation.calibration_error).toBeLessThan(0.1);
  });

  it("keeps descriptions out of the bank and out of validation", () => {
    const described = [...examples, { ...examples[0]!, text: "what it is for", description: true }];
    const taught = trainHead(described, { seed: 1 });
    expect(taught.validation.examples).toBe(120);
    expect(taught.bank.texts).not.toContain("what it is for");
  });

  it("is less sure, and says that it errs more, when labels are noisy", () => {
    const noisy = examples.map((e, i) => (i % 3 === 0 ? { ...e, label: "decide" } : e));
    const taught = trainHead(noisy, { seed: 1 });
    const corner = unit([1, 0, 0, 0, 0]);
    expect(classify(taught, corner).confidence).toBeLessThan(classify(head, corner).confidence);
    expect(taught.validation.accuracy).toBeLessThan(0.85);
  });

  it("learns from features where they are given, and measures likeness on the embedding", () => {
    const flipped = examples.map((e) => ({
      ...e,
      features: Float32Array.of(e.label === "tune" ? 1 : 0),
    }));
    const taught = trainHead(flipped, { seed: 1 });
    expect(taught.dimension).toBe(1);
    expect(taught.bank.dimension).toBe(5);
    expect(classify(taught, examples[50]!.embedding, Float32Array.of(1)).label).toBe("tune");
  });

  it("holds a rare label's own against a frequent one", () => {
    const rare = [...cloud("tune", 0, 100), ...cloud("decide", 1, 5)];
    expect(classify(trainHead(rare, { seed: 1 }), unit([0, 1, 0, 0, 0])).label).toBe("decide");
  });

  it("refuses to learn from one label, or from one example of a label", () => {
    expect(() => trainHead(cloud("tune", 0, 9), { seed: 1 })).toThrow(RangeError);
    const thin = [...cloud("tune", 0, 9), ...cloud("decide", 1, 1)];
    expect(() => trainHead(thin, { seed: 1 })).toThrow(/decide/);
    const described = { ...thin.at(-1)!, description: true };
    expect(() => trainHead([...thin, described], { seed: 1 })).toThrow(/decide/);
  });
});

describe("folds", () => {
  it("spread every label and keep a group together", () => {
    const items = Array.from({ length: 60 }, (_, i) => ({
      label: i % 2 === 0 ? "a" : "b",
      group: `session ${Math.floor(i / 4)}`,
    }));
    const folds = assignFolds(items, 5, 9);
    for (let g = 0; g < 15; g++) {
      expect(new Set([0, 1, 2, 3].map((k) => folds[4 * g + k]))).toHaveProperty("size", 1);
    }
    const sizes = [0, 1, 2, 3, 4].map((f) => folds.filter((x) => x === f).length);
    expect(sizes).toEqual([12, 12, 12, 12, 12]);
  });
});
