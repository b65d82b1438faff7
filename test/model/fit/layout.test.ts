import { expect, test } from "vitest";
import { createLayout } from "../../../model/fit/layout.ts";
import { createProblem } from "../../../model/fit/problem.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

test("the block holds the design, the target, empty media columns, and zeros up to four", () => {
  const problem = createProblem(smallDataset(), smallConfig());
  const rows = 50;
  const layout = createLayout(problem, rows);
  const z = problem.design.columns;
  const column = (index: number) => [...layout.block.subarray(index * rows, (index + 1) * rows)];
  for (const [index, values] of z.entries()) {
    expect(column(index)).toEqual([...values.subarray(0, rows)]);
  }
  expect(column(z.length)).toEqual([...problem.scaledTarget.subarray(0, rows)]);
  expect(layout).toMatchObject({ fixed: z.length + 1, channels: 2, rows });
  expect(layout.width % 4).toBe(0);
  expect(layout.width).toBeGreaterThanOrEqual(layout.fixed + 2);

  layout.media[1]?.fill(7);
  expect(column(layout.fixed + 1)).toEqual(Array.from({ length: rows }, () => 7));
  expect(column(layout.fixed)).toEqual(Array.from({ length: rows }, () => 0));
});
