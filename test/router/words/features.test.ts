import { describe, expect, it } from "vitest";
import { CONCEPTS } from "../../../router/words/concepts.ts";
import {
  computeConceptFeatures,
  joinFeatures,
  listConceptSource,
  MAX_MATCHED_CHARS,
} from "../../../router/words/features.ts";

const at = (id: string) => CONCEPTS.findIndex((concept) => concept.id === id);

describe("what the head sees", () => {
  it("is one entry a concept, the same weight for each that is found", () => {
    const found = computeConceptFeatures("Tune the decay?");
    expect(found).toHaveLength(CONCEPTS.length);
    expect(found[at("tune")]).toBeCloseTo(0.35, 6);
    expect(found[at("question")]).toBe(found[at("tune")]);
    expect(found[at("office")]).toBe(0);
  });

  it("is the embedding, then the concepts", () => {
    const joined = joinFeatures(Float32Array.of(5, 6), "tune");
    expect([...joined.subarray(0, 2)]).toEqual([5, 6]);
    expect(joined.subarray(2)).toEqual(computeConceptFeatures("tune"));
  });

  it("ends where reading ends", () => {
    const late = `${"x ".repeat(MAX_MATCHED_CHARS / 2)} tune`;
    expect(computeConceptFeatures(late)[at("tune")]).toBe(0);
  });

  it("is named by every pattern that it is made of", () => {
    const source = listConceptSource();
    for (const { id, pattern } of CONCEPTS) expect(source).toContain(`${id} ${pattern.source}`);
  });
});
