import { describe, expect, it } from "vitest";
import {
  computeCalibrationError,
  computeConfidenceThreshold,
  fitTemperature,
  logLoss,
} from "../../../router/classifier/calibration.ts";
import { createSeededRandom } from "../../../router/classifier/random.ts";

/** Logits of a two-class model that is right as often as softmax(logit / trueT) says. */
function drawn(trueT: number) {
  const random = createSeededRandom(11);
  const count = 4000;
  const logits = new Float64Array(2 * count);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const z = 6 * (random() - 0.5);
    logits[2 * i] = z;
    y[i] = random() < 1 / (1 + Math.exp(-z / trueT)) ? 0 : 1;
  }
  return { logits, y, classes: 2 };
}

describe("fitTemperature", () => {
  it.each([0.5, 1, 2.5])("recovers the temperature %d that the labels were drawn with", (t) => {
    expect(fitTemperature(drawn(t))).toBeCloseTo(t, 0.5 > t ? 1 : 0);
    expect(Math.abs(Math.log(fitTemperature(drawn(t)) / t))).toBeLessThan(0.12);
  });

  it("finds no worse log-loss than its neighbours", () => {
    const held = drawn(2);
    const t = fitTemperature(held);
    expect(logLoss(held, t)).toBeLessThanOrEqual(logLoss(held, t * 1.05));
    expect(logLoss(held, t)).toBeLessThanOrEqual(logLoss(held, t / 1.05));
  });
});

describe("calibrationError", () => {
  it("is 0 when every bin is right as often as it says", () => {
    const rows = Array.from({ length: 10 }, (_, i) => ({ confidence: 0.8, correct: i < 8 }));
    expect(computeCalibrationError(rows)).toBeCloseTo(0, 12);
  });

  it("is the gap when all is sure and half is wrong", () => {
    const rows = Array.from({ length: 10 }, (_, i) => ({ confidence: 1, correct: i < 5 }));
    expect(computeCalibrationError(rows)).toBeCloseTo(0.5, 12);
  });

  it("is 0 for nothing", () => expect(computeCalibrationError([])).toBe(0));
});

describe("confidenceThreshold", () => {
  const rows = [0.95, 0.9, 0.8, 0.7, 0.6].map((confidence, i) => ({ confidence, correct: i < 3 }));

  it("is the lowest level from which on errors stay within the bound", () => {
    expect(computeConfidenceThreshold(rows, 0, { min: 0.4, max: 0.99 })).toBe(0.8);
    expect(computeConfidenceThreshold(rows, 0.25, { min: 0.4, max: 0.99 })).toBe(0.7);
  });

  it("stays inside its bounds", () => {
    expect(computeConfidenceThreshold(rows, 1, { min: 0.65, max: 0.9 })).toBe(0.65);
    const wrong = [{ confidence: 0.99, correct: false }];
    expect(computeConfidenceThreshold(wrong, 0.1, { min: 0.4, max: 0.9 })).toBe(0.9);
  });
});
