/** Protects: the sampler draws from the posterior of the stated density (simulation-based calibration). */

import { describe, expect, test } from "vitest";
import { calibrate, calibrationInputs } from "../../../bench/truth/calibration.ts";

/** A mean rank this many standard errors off happens once in 15,000 times by chance. */
const BIAS_MAX = 4;

describe("ranks of true values among their draws", () => {
  const inputs = calibrationInputs(60);
  const run = { replications: 16, seed: 3 };

  test("lie in the middle on average, for every parameter and share", () => {
    const { bias } = calibrate(inputs, run);
    expect(Object.keys(bias).length).toBeGreaterThan(8);
    for (const [name, value] of Object.entries(bias)) {
      expect(Math.abs(value), name).toBeLessThan(BIAS_MAX);
    }
  });

  test("do not when the data have more noise than the model says", () => {
    const { bias } = calibrate(inputs, run, (target) =>
      target.map((value, t) => (value === 0 ? 0 : value + (t % 2 === 0 ? 0.5 : -0.5))),
    );
    expect(Math.abs(bias["noise"] ?? 0)).toBeGreaterThan(BIAS_MAX);
  });
});
