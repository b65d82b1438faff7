import { describe, expect, it } from "vitest";
import {
  computeIntentProbability,
  loadShippedIntentHead,
  parseIntentHead,
  serializeIntentHead,
} from "../../../guard/words/intent-head.ts";
import type { Json } from "../../../schemas/canonical.ts";

const DIGEST = "0".repeat(64);
const file = serializeIntentHead({
  encoder: DIGEST,
  learntFrom: DIGEST,
  threshold: 0.4,
  bias: 1,
  weights: Float32Array.of(2, -3),
}) as Record<string, Json>;
const parse = (more: object) => parseIntentHead({ ...file, ...more } as Json);

describe("the trained head", () => {
  it("is the logistic function of bias and weighted features", () => {
    const head = parse({});
    expect(computeIntentProbability(head, Float32Array.of(1, 1))).toBe(0.5);
    const expected = 1 / (1 + Math.exp(-3));
    expect(computeIntentProbability(head, Float32Array.of(1, 0))).toBeCloseTo(expected, 12);
  });

  it("is read back as it was written", () => {
    const head = parse({});
    expect(head).toMatchObject({ encoder: DIGEST, threshold: 0.4, bias: 1 });
    expect([...head.weights]).toEqual([2, -3]);
    expect(loadShippedIntentHead().weights.length).toBeGreaterThan(1000);
  });

  it("is refused when it is damaged or made for other features", () => {
    expect(() => parse({ features: DIGEST })).toThrow(/other features/);
    expect(() => parse({ dimension: 1 })).toThrow(/number of weights/);
    expect(() => parse({ dimension: 3 })).toThrow(/number of weights/);
    const bytes = Buffer.alloc(8);
    bytes.writeFloatLE(Number.NaN, 0);
    expect(() => parse({ weights: bytes.toString("base64") })).toThrow(/not a number/);
    expect(() => parse({ extra: 1 })).toThrow(/not in the form/);
  });
});
