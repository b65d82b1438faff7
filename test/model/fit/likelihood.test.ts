import { describe, expect, test } from "vitest";
import { fitWindow } from "../../../model/fit/fit.ts";
import { Likelihood } from "../../../model/fit/likelihood.ts";
import { createProblem, toParameterVector } from "../../../model/fit/problem.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();
const problem = createProblem(smallDataset(), config);
const start = toParameterVector(config);
const rows = problem.trainingRows;

describe("the likelihood of transform parameters", () => {
  test("rests on the squared residuals of the fit at them", () => {
    const likelihood = new Likelihood(problem);
    const fit = fitWindow(problem, start, { trainRows: rows, rows });
    const squares = fit.fitted.reduce(
      (sum, value, row) => sum + ((problem.scaledTarget[row] ?? 0) - value) ** 2,
      0,
    );
    expect(likelihood.residualSquares(start) / squares).toBeCloseTo(1, 8);
    expect(likelihood.freedom).toBe(rows - problem.design.columns.length - 2);
    const value = likelihood.evaluate(start);
    expect(value).toBeCloseTo(-0.5 * likelihood.freedom * Math.log(squares), 4);
  });

  test("is the same whatever was evaluated before", () => {
    const likelihood = new Likelihood(problem);
    const first = likelihood.evaluate(start);
    const other = start.map((value, index) => (index === 0 ? 0.1 : value));
    expect(likelihood.evaluate(other)).not.toBe(first);
    expect(likelihood.evaluate(start)).toBe(first);
  });
});
