/** Protects: whatever numbers come in, what comes out is finite, or a ModelError. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocateBudget } from "../../model/allocate.ts";
import { formatIsoDate } from "../../model/calendar.ts";
import { parseModelConfig } from "../../model/config.ts";
import { attributePeriods } from "../../model/fit/contributions.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { estimateEffects } from "../../model/effects.ts";
import { ModelError } from "../../model/errors.ts";
import { evaluateLockedTest } from "../../model/locked-test.ts";
import { computeResponseCurves } from "../../model/fit/response-curve.ts";
import { searchConfiguration } from "../../model/search/search.ts";
import { trainModel } from "../../model/train.ts";
import { unsafeNumbers } from "./support.ts";

const WEEKS = 48;

/** Series as they turn up in practice: nothing, constants, spikes, steps, tiny, huge, ordinary. */
const series = fc.oneof(
  fc.constant(Array.from({ length: WEEKS }, () => 0)),
  fc
    .double({ min: 1e-18, max: 1e9, noNaN: true })
    .map((value) => Array.from({ length: WEEKS }, () => value)),
  fc
    .nat(WEEKS - 1)
    .map((at) => Array.from({ length: WEEKS }, (_, week) => (week === at ? 1e6 : 0))),
  fc
    .nat(WEEKS - 1)
    .map((at) => Array.from({ length: WEEKS }, (_, week) => (week < at ? 0 : 50 + week))),
  fc.array(fc.double({ min: 1e-18, max: 1e-9, noNaN: true }), {
    minLength: WEEKS,
    maxLength: WEEKS,
  }),
  fc.array(fc.double({ min: 1e-18, max: 1e12, noNaN: true }), {
    minLength: WEEKS,
    maxLength: WEEKS,
  }),
  fc.array(fc.integer({ min: 0, max: 3 }), { minLength: WEEKS, maxLength: WEEKS }),
);

/** Mostly a target that varies, so that most runs get past the check for a constant one. */
const targets = fc.oneof(
  { weight: 1, arbitrary: series },
  {
    weight: 4,
    arbitrary: fc.array(fc.integer({ min: -1e6, max: 1e6 }), {
      minLength: WEEKS,
      maxLength: WEEKS,
    }),
  },
);

const transform = fc.record({
  decay: fc.constantFrom(0, 0.3, 0.999),
  alpha: fc.constantFrom(0.05, 1, 10),
  gamma: fc.constantFrom(0.01, 0.5, 10),
});

describe("the model", () => {
  test("answers odd numbers with finite ones or a ModelError", () => {
    let answered = 0;
    fc.assert(
      fc.property(
        fc.tuple(targets, series, series, series),
        fc.tuple(transform, transform),
        fc.constantFrom(1e-8, 0.01, 100),
        ([target, a, b, control], [first, second], penalty) => {
          const config = parseModelConfig({
            model_id: "odd",
            data: { path: "odd.csv", date: "date", target: "y", controls: ["z"] },
            channels: ["a", "b"].map((name) => ({ name, spend: name, media_type: "other" })),
            evaluation: { folds: 2, horizon_weeks: 8, locked_test_weeks: 8 },
            hyperparameters: { a: first, b: second },
            training: { l2_penalty: penalty, refinement_steps: 2 },
          });
          const rows = target.map((y, week) =>
            [formatIsoDate(18_631 + 7 * week), y, a[week], b[week], control[week]].join(","),
          );
          const csv = ["date,y,a,b,z", ...rows].join("\n");
          try {
            const data = parseDataset(csv, config);
            const effects = estimateEffects(data, config);
            const results = [
              trainModel(data, config, { seed: 1, effects: effects.summary }),
              evaluateLockedTest(data, config),
              attributePeriods(data, effects),
              computeResponseCurves(effects),
              allocateBudget(effects),
              searchConfiguration(data, config, { seed: 1, evaluations: 40 }),
            ];
            for (const result of results) expect(unsafeNumbers(result)).toEqual([]);
            answered += 1;
          } catch (error) {
            if (!(error instanceof ModelError)) throw error;
          }
        },
      ),
      { numRuns: 25 },
    );
    expect(answered).toBeGreaterThan(0);
  }, 120_000);
});
