import { describe, expect, test } from "vitest";
import { createLayout } from "../../../model/fit/layout.ts";
import { createMediaColumns } from "../../../model/fit/media-columns.ts";
import { createProblem, toParameterVector } from "../../../model/fit/problem.ts";
import {
  applyAdstock,
  computeHillSaturation,
  computeSaturationScales,
} from "../../../model/transform/transform.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();
const problem = createProblem(smallDataset(), config);
const ROWS = 143;

function expected(channel: number, parameters: Float64Array): Float64Array {
  const [decay = 0, alpha = 1, gamma = 1] = parameters.subarray(3 * channel, 3 * channel + 3);
  const adstocked = new Float64Array(ROWS);
  applyAdstock(problem.exposures[channel] ?? adstocked, decay, problem.settings, adstocked);
  const scale = computeSaturationScales(adstocked, problem.settings)[0]?.value ?? 1;
  return adstocked.map((value) => computeHillSaturation(value / scale, alpha, gamma));
}

describe("media columns", () => {
  test("are the saturated adstock of each channel, and only what changed is redone", () => {
    const layout = createLayout(problem, ROWS);
    const columns = createMediaColumns(problem, layout);
    const start = toParameterVector(config);
    const decay = start.map((value, index) => (index === 3 ? value + 0.2 : value));
    const shape = decay.map((value, index) => (index === 1 ? value + 0.5 : value));
    const turns: [Float64Array, number[]][] = [
      [start, [0, 1]],
      [start, []],
      [decay, [1]],
      [shape, [0]],
      [start, [0, 1]],
    ];
    for (const [parameters, changed] of turns) {
      expect(columns.update(parameters)).toEqual(changed);
      for (const channel of [0, 1]) {
        const want = expected(channel, parameters);
        for (const [row, value] of (layout.media[channel] ?? []).entries()) {
          expect(Math.abs(value - (want[row] ?? 0))).toBeLessThan(1e-9);
        }
      }
    }
  });
});
