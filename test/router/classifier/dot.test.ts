import { expect, it } from "vitest";
import { computeDotAt } from "../../../router/classifier/dot.ts";

it("an inner product of slices takes every entry, whatever the length and the start", () => {
  const a = Float32Array.from({ length: 20 }, (_, at) => at + 1);
  for (const length of [0, 1, 3, 4, 5, 9]) {
    for (const from of [0, 2, 7]) {
      const b = Float64Array.from({ length }, (_, at) => 2 * at - 3);
      const expected = b.reduce((sum, value, at) => sum + value * a[from + at]!, 0);
      expect(computeDotAt(a, from, b), `${length} from ${from}`).toBe(expected);
    }
  }
  expect(computeDotAt(Int8Array.of(-128, 127), 0, Int8Array.of(2, 1))).toBe(-129);
});
