import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  computeSkeleton,
  findLookalike,
  foldLookalikes,
} from "../../../guard/proposal/lookalike.ts";

describe("names that look like other names", () => {
  it.each(["аdstосk", "AdStock", "ad_stock", "ad​stock", "ａｄｓｔｏｃｋ", "àdstock"])(
    "%s looks like adstock",
    (name) => {
      expect(findLookalike(name, ["trend", "adstock"])).toBe("adstock");
    },
  );

  it("does not call a name its own double, nor one that only resembles nothing", () => {
    expect(findLookalike("adstock", ["adstock"])).toBeNull();
    expect(findLookalike("adstocks", ["adstock"])).toBeNull();
    expect(findLookalike("–", ["adstock"])).toBeNull();
  });

  it("folds letters and leaves the rest of the text", () => {
    expect(foldLookalikes("Drор the Тrend!")).toBe("drop the trend!");
  });

  it("is a projection", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const skeleton = computeSkeleton(name);
        expect(skeleton).toMatch(/^[a-z0-9]*$/);
        expect(computeSkeleton(skeleton)).toBe(skeleton);
      }),
    );
  });
});
