import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computeIntentFeatures } from "../../../guard/words/intent-features.ts";
import { FRAME_COUNT, findFrames } from "../../../guard/words/intent-frames.ts";

const unchanged = "The rows stay as pinned; decay of TV goes to 0.62.";

describe("frames of speech", () => {
  test("tell what is over and what is spared from what is kept and tuned", () => {
    const over = findFrames("Nobody needs to look at the last quarter any more.");
    const kept = findFrames(unchanged);
    expect(over.length).toBeGreaterThan(3);
    expect(kept).not.toEqual(over);
    expect(over.filter((frame) => !kept.includes(frame)).length).toBeGreaterThan(2);
  });

  test("are the same whatever the case, the spaces and the apostrophes", () => {
    const plain = findFrames("Nobody's business: the curve is history.");
    expect(findFrames("NOBODY\u2019S   business:  the CURVE is history.")).toEqual(plain);
  });

  test("lie inside the row of features, for any text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        for (const frame of findFrames(text)) {
          expect(frame).toBeGreaterThanOrEqual(0);
          expect(frame).toBeLessThan(FRAME_COUNT);
        }
      }),
    );
  });

  test("are part of what the head sees", () => {
    const nothing = new Float32Array(4);
    const own = computeIntentFeatures(
      nothing,
      "Nobody needs to look at the last quarter any more.",
    );
    const rest = computeIntentFeatures(nothing, "");
    expect(own.length).toBe(rest.length);
    expect(own.filter((value) => Math.abs(value - 0.15) < 1e-6).length).toBeGreaterThan(3);
  });

  test("end on long texts that almost match", () => {
    for (const piece of ["let the record ", "rules ", "no longer ", "the list ", "as it was "]) {
      expect(findFrames(piece.repeat(2000)).length).toBeLessThanOrEqual(FRAME_COUNT);
    }
  });
});
