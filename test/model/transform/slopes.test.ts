import { expect, test } from "vitest";
import { computeColumnSlopes } from "../../../model/transform/slopes.ts";
import {
  applyAdstock,
  computeHillSaturation,
  computeSaturationScales,
  type TransformSettings,
} from "../../../model/transform/transform.ts";

const exposure = Float64Array.of(0, 3, 0, 8, 1, 0, 5, 2, 0, 4);
const byRow = Float64Array.of(1, -2, 0.5, 3, 1, 1, -1, 2, 0.3, 0.7);
const settings: TransformSettings = { stride: 1, lagMax: 4, normalized: true, scaleEnds: [10] };

function transform([decay, alpha, gamma]: readonly number[]) {
  const adstocked = new Float64Array(exposure.length);
  applyAdstock(exposure, decay ?? 0, settings, adstocked);
  const scale = computeSaturationScales(adstocked, settings)[0]?.value ?? 1;
  const logRelative = adstocked.map((value) => Math.log(value / scale));
  const column = adstocked.map((value) =>
    computeHillSaturation(value / scale, alpha ?? 1, gamma ?? 1),
  );
  return { adstocked, logRelative, column };
}

test("slopes by decay, alpha and gamma are those of finite differences", () => {
  const at = [0.6, 1.4, 0.7];
  const value = (parameters: readonly number[]): number =>
    transform(parameters).column.reduce((sum, s, row) => sum + s * (byRow[row] ?? 0), 0);
  const slopes = computeColumnSlopes(byRow, {
    ...transform(at),
    exposure,
    settings,
    parameters: Float64Array.from(at),
  });
  for (const [index, slope] of slopes.entries()) {
    const moved = (step: number) => value(at.map((x, k) => (k === index ? x + step : x)));
    expect(slope).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 6);
  }
});

test("rows without carried exposure have no slope", () => {
  const silent = new Float64Array(10);
  const slopes = computeColumnSlopes(byRow, {
    exposure: silent,
    adstocked: silent,
    logRelative: silent,
    column: silent,
    parameters: Float64Array.of(0.6, 1.4, 0.7),
    settings,
  });
  expect(slopes.map(Math.abs)).toEqual([0, 0, 0]);
});
