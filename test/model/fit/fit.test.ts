import { describe, expect, test } from "vitest";
import { fitWindow } from "../../../model/fit/fit.ts";
import { createProblem, toParameterVector } from "../../../model/fit/problem.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();
const problem = createProblem(smallDataset(), config);
const window = { trainRows: 100, rows: 140 };
const fit = fitWindow(problem, toParameterVector(config), window);

describe("a fit on the first rows", () => {
  test("leaves residuals that sum to zero and are at right angles to the trend", () => {
    const trend = problem.design.columns[problem.design.names.indexOf("trend")];
    let total = 0;
    let along = 0;
    for (let row = 0; row < window.trainRows; row += 1) {
      const residual = (problem.scaledTarget[row] ?? 0) - (fit.fitted[row] ?? 0);
      total += residual;
      along += residual * (trend?.[row] ?? 0);
    }
    expect(total / 1e5).toBeCloseTo(0, 6);
    expect(along / 1e5).toBeCloseTo(0, 6);
    expect(fit.beta.every((beta) => beta >= 0)).toBe(true);
    expect(fit.redundant).toEqual([]);
  });

  test("predicts later rows and never learns from them", () => {
    const scaledTarget = problem.scaledTarget.map((value, row) =>
      row < window.trainRows ? value : 9 * value,
    );
    const other = fitWindow({ ...problem, scaledTarget }, toParameterVector(config), window);
    expect(other.beta).toEqual(fit.beta);
    expect(other.fitted).toEqual(fit.fitted);
    expect(other.fitted).toHaveLength(window.rows);
  });
});
