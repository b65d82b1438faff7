import { describe, expect, it } from "vitest";
import { assignFolds } from "../../../router/classifier/folds.ts";

describe("folds", () => {
  it("keep a group together", () => {
    const items = Array.from({ length: 40 }, (_, at) => ({
      label: at % 2 === 0 ? "a" : "b",
      group: `s${at % 8}`,
    }));
    const folds = assignFolds(items, 5, 1);
    for (const [at, fold] of folds.entries()) expect(fold).toBe(folds[at % 8]);
  });

  it("spread every label over all of them", () => {
    const items = Array.from({ length: 50 }, (_, at) => ({ label: at < 40 ? "a" : "b" }));
    const folds = assignFolds(items, 5, 1);
    const count = (label: string, fold: number) =>
      items.filter((item, at) => item.label === label && folds[at] === fold).length;
    for (const fold of [0, 1, 2, 3, 4]) {
      expect([count("a", fold), count("b", fold)]).toEqual([8, 2]);
    }
    expect(assignFolds(items, 5, 1)).toEqual(folds);
    expect(assignFolds(items, 5, 2)).not.toEqual(folds);
  });
});
