import { describe, expect, it } from "vitest";
import {
  createWeightedRows,
  type Example,
  sampleEvenly,
  selectFeatures,
} from "../../../router/classifier/example.ts";

const example = (label: string, weight?: number): Example => ({
  embedding: Float32Array.of(1, 2),
  label,
  ...(weight === undefined ? {} : { weight }),
});

describe("examples as rows", () => {
  it("weigh each label the same in all, however many examples it has", () => {
    const rows = createWeightedRows(
      [example("a"), example("a"), example("a", 2), example("b")],
      ["a", "b"],
    );
    expect([...rows.y]).toEqual([0, 0, 0, 1]);
    // Five units of weight in all, so two and a half a label.
    expect([...rows.weight]).toEqual([0.625, 0.625, 1.25, 2.5]);
    expect([...rows.x]).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
  });

  it("show the classifier features where there are some", () => {
    const features = Float32Array.of(9);
    expect(selectFeatures({ ...example("a"), features })).toBe(features);
    expect([...selectFeatures(example("a"))]).toEqual([1, 2]);
  });
});

describe("a few of many", () => {
  const many = [...Array.from({ length: 20 }, () => example("a")), example("b"), example("c")];

  it("are drawn in turn from every label, in their order, the same for the same seed", () => {
    const few = sampleEvenly(many, 6, 3);
    expect(few.map((one) => one.label)).toEqual(["a", "a", "a", "a", "b", "c"]);
    expect(sampleEvenly(many, 6, 3)).toEqual(few);
    const places = few.map((one) => many.indexOf(one));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("are all of them below the limit", () => {
    expect(sampleEvenly(many, 22, 1)).toEqual(many);
  });
});
