import { describe, expect, test } from "vitest";
import { addCombination, SegmentSums } from "../../../model/fit/gram.ts";
import { createLayout } from "../../../model/fit/layout.ts";
import { createProblem } from "../../../model/fit/problem.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const ROWS = 60;
const problem = createProblem(smallDataset(), smallConfig());

function prepare(ends: readonly number[]) {
  const layout = createLayout(problem, ROWS);
  for (const [channel, column] of layout.media.entries()) {
    for (let row = 0; row < ROWS; row += 1) column[row] = Math.sin(row * (channel + 1)) + 1;
  }
  const { block } = layout;
  const product = (channel: number, column: number, from: number, to: number): number => {
    let sum = 0;
    for (let row = from; row < to; row += 1) {
      sum += (layout.media[channel]?.[row] ?? 0) * (block[column * ROWS + row] ?? 0);
    }
    return sum;
  };
  return { layout, product, sums: new SegmentSums(layout, ends) };
}

describe("cross products by segments", () => {
  test("are those of the segment's rows with every column", () => {
    const { layout, product, sums } = prepare([25, ROWS]);
    sums.update([0, 1]);
    const total = layout.arena.floats(2 * layout.width);
    sums.addTo(1, total);
    for (let column = 0; column < layout.fixed; column += 1) {
      expect(total[column]).toBeCloseTo(product(0, column, 25, ROWS), 5);
      expect(total[layout.width + column]).toBeCloseTo(product(1, column, 25, ROWS), 5);
    }
  });

  test("of an unchanged channel follow when the other one changes", () => {
    const { layout, product, sums } = prepare([ROWS]);
    sums.update([0, 1]);
    layout.media[1]?.fill(3);
    sums.update([1]);
    const total = layout.arena.floats(2 * layout.width);
    sums.addTo(0, total);
    expect(total[layout.fixed + 1]).toBeCloseTo(product(0, layout.fixed + 1, 0, ROWS), 8);
  });
});

test("a weighted sum of columns takes each column once, whatever their number", () => {
  const block = Float64Array.from({ length: 12 }, (_, at) => at + 1);
  const out = new Float64Array(2);
  addCombination(block, { rows: 2, from: 1, to: 2 }, Float64Array.of(1, 2, 3, 4, 5, 6), out);
  expect([...out]).toEqual([0, 2 + 8 + 18 + 32 + 50 + 72]);
});
