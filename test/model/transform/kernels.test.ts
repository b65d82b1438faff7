/** Protects: the compiled loops compute the plain formulas, and are those of their source. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IDENTIFIED_SHARE } from "../../../model/fit/fold.ts";
import { Arena } from "../../../model/transform/kernels.ts";
import { parseDataset } from "../../../model/data/dataset.ts";
import { createEngine, createStartParameters } from "../../../model/fit/engine.ts";
import { fitWindow } from "../../../model/fit/fit.ts";
import { Likelihood } from "../../../model/fit/likelihood.ts";
import { DEFAULT_SIMULATION } from "../../../model/simulate/simulation-spec.ts";
import { computeDotProduct } from "../../../model/fit/projection.ts";
import {
  applyAdstock,
  computeHillSaturation,
  computeSaturationScales,
} from "../../../model/transform/transform.ts";
import { fromUnit, resolveBox } from "../../../model/search/bounds.ts";
import { KERNEL_BYTES_FILE, compileKernels } from "../../support/build-kernels.ts";
import { golden, goldenConfig, simulated } from "../support.ts";

type Channel = (typeof DEFAULT_SIMULATION.channels)[number];

const SMALLEST_NORMAL = 2 ** -1022;

/** Runs one of the kernels over an array. */
function mapped(
  values: readonly number[],
  of: (arena: Arena, from: number, to: number) => void,
): number[] {
  const arena = new Arena(32 * values.length + 64);
  const from = arena.floats(values.length);
  const to = arena.floats(values.length + 2).fill(7);
  from.set(values);
  of(arena, from.byteOffset, to.byteOffset);
  expect([...to.subarray(values.length)]).toEqual([7, 7]);
  return [...to.subarray(0, values.length)];
}

const logs = (values: readonly number[], inverse = 1): number[] =>
  mapped(values, ({ kernels }, from, to) => kernels.relativeLogs(from, to, values.length, inverse));

/** 1/(1 + e^{−value}). */
const logistics = (values: readonly number[]): number[] =>
  mapped(values, ({ kernels }, from, to) => kernels.saturate(from, to, values.length, 1, 0));

/** Units in the last place between two numbers. */
function ulps(got: number, wanted: number): number {
  if (Object.is(got, wanted) || got === wanted) return 0;
  const size = 2 ** Math.max(-1074, Math.floor(Math.log2(Math.abs(wanted))) - 52);
  return Math.abs(got - wanted) / size;
}

/** Numbers of every size, each as likely, with the ends of the range among them. */
const anySize = fc.oneof(
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0.5, max: 2, noNaN: true }),
  fc.constantFrom(0, 2 ** -1074, SMALLEST_NORMAL, 1, Math.SQRT1_2, Math.SQRT2, Number.MAX_VALUE),
);

describe("logarithm", () => {
  test("is within two units in the last place over all normal numbers", () => {
    fc.assert(
      fc.property(fc.array(anySize, { minLength: 2, maxLength: 9 }), (values) => {
        for (const [at, got] of logs(values).entries()) {
          const value = values[at] ?? 0;
          if (value < SMALLEST_NORMAL) expect(got).toBe(-Infinity);
          else expect(ulps(got, Math.log(value))).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("of 1 is 0, of 0 is minus infinity", () => {
    expect(logs([1, 0, 4, 0, 1])).toEqual([0, -Infinity, Math.log(4), -Infinity, 0]);
  });
});

describe("logistic", () => {
  test("is 1/(1 + e^z) to 1e-15, rising and within 0 and 1", () => {
    const z = fc.double({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(fc.array(z, { minLength: 2, maxLength: 9 }), (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const got = logistics(sorted);
        for (const [at, value] of got.entries()) {
          const wanted = 1 / (1 + Math.exp(-(sorted[at] ?? 0)));
          expect(value).toBeLessThanOrEqual(1);
          expect(value).toBeGreaterThanOrEqual((got[at - 1] ?? 0) * (1 - 1e-15));
          if (wanted < SMALLEST_NORMAL) expect(value).toBeLessThanOrEqual(SMALLEST_NORMAL);
          else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-15 * wanted);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("of minus infinity is exactly 0", () => {
    expect(logistics([-Infinity, Infinity, 0])).toEqual([0, 1, 0.5]);
  });
});

const alphas = fc.oneof(fc.constantFrom(0.05, 10), fc.double({ min: 0.05, max: 10, noNaN: true }));
const gammas = fc.oneof(fc.constantFrom(0.01, 10), fc.double({ min: 0.01, max: 10, noNaN: true }));

describe("saturation", () => {
  test("is the Hill curve to 1e-13 over the whole range of shapes and sizes", () => {
    fc.assert(
      fc.property(
        fc.array(anySize, { minLength: 2, maxLength: 9 }),
        alphas,
        gammas,
        (relative, alpha, gamma) => {
          const rows = relative.length;
          const got = mapped(logs(relative), ({ kernels }, from, to) =>
            kernels.saturate(from, to, rows, alpha, Math.log(gamma)),
          );
          for (const [at, value] of got.entries()) {
            const share = relative[at] ?? 0;
            const wanted = computeHillSaturation(share, alpha, gamma);
            // What an exponent of this size loses by its own rounding.
            const size = alpha * (Math.abs(Math.log(gamma)) + Math.abs(Math.log(share || 1)));
            const allowed = Math.max(1e-13, 4 * size * Number.EPSILON) * wanted;
            // Below a normal share counts as zero; just above, gamma / share leaves the range.
            const smallest = share < 16 * SMALLEST_NORMAL ? 1e-15 : SMALLEST_NORMAL;
            expect(Math.abs(value - wanted)).toBeLessThanOrEqual(allowed + smallest);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("adstock of four channels", () => {
  const spend = fc.oneof(
    fc.constantFrom(0, 0, 1e-300, 1e150),
    fc.double({ min: 0, max: 1e7, noNaN: true }),
  );

  test("is that of each one, bit for bit, with its peak", () => {
    const channels = fc.array(
      fc.record({
        x: fc.array(spend, { minLength: 12, maxLength: 12 }),
        decay: fc.oneof(fc.constantFrom(0, 0.999), fc.double({ min: 0, max: 0.999, noNaN: true })),
      }),
      { minLength: 4, maxLength: 4 },
    );
    const shape = fc.record({
      stride: fc.constantFrom(1, 2, 3),
      lagMax: fc.integer({ min: 0, max: 5 }),
      normalized: fc.boolean(),
    });
    fc.assert(
      fc.property(channels, shape, (of, { stride, lagMax, normalized }) => {
        const rows = 12;
        const settings = { stride, lagMax, normalized, scaleEnds: [6, 12] };
        const lag = (lagMax + 1) * stride;
        const arena = new Arena(8192);
        const table = arena.floats(24);
        const sides = of.map(({ x, decay }, side) => {
          const exposure = arena.floats(lag + rows);
          exposure.set(x, lag);
          const out = arena.floats(rows);
          const peaks = arena.floats(stride);
          const cut = decay ** (lagMax + 1);
          const norm = normalized ? (1 - decay) / (1 - cut) : 1;
          const pointers = [exposure, out, peaks].map(({ byteOffset }) => byteOffset);
          table.set([...pointers, decay, cut, norm], 6 * side);
          return { out, peaks };
        });
        arena.kernels.adstock4(table.byteOffset, rows, 6, stride, lag, 1e-13);
        for (const [side, { x, decay }] of of.entries()) {
          const wanted = new Float64Array(rows);
          applyAdstock(Float64Array.from(x), decay, settings, wanted);
          expect([...(sides[side]?.out ?? [])]).toEqual([...wanted]);
          const scales = computeSaturationScales(wanted, { ...settings, scaleEnds: [6] });
          expect([...(sides[side]?.peaks ?? [])]).toEqual(scales.map(({ value }) => value));
        }
      }),
    );
  });
});

describe("a fold", () => {
  const config = goldenConfig();
  const dataset = parseDataset(golden.objective.csv, config);

  test("has the system and the error that plain sums give", () => {
    const engine = createEngine(dataset, config);
    const box = resolveBox(config);
    const unit = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: box.low.length,
      maxLength: box.low.length,
    });
    fc.assert(
      fc.property(unit, (at) => {
        engine.evaluate(fromUnit(box, Float64Array.from(at)));
        const { block, rows, fixed, problem } = engine;
        const column = (index: number): Float64Array => block.subarray(index * rows);
        for (const fold of [...engine.folds, engine.whole]) {
          const { inverse, rotatedTarget } = fold.projection;
          const rank = rotatedTarget.length;
          const channels = fold.beta.length;
          const rotated = Array.from({ length: channels }, (_, c) =>
            Float64Array.from({ length: rank }, (_unused, index) => {
              let sum = 0;
              for (let z = 0; z < fixed - 1; z += 1) {
                const weight = inverse[index * (fixed - 1) + z] ?? 0;
                sum += weight * computeDotProduct(column(z), column(fixed + c), fold.trainRows);
              }
              return sum;
            }),
          );
          for (let c = 0; c < channels; c += 1) {
            const own = column(fixed + c);
            const r = rotated[c] ?? new Float64Array(rank);
            const squares = computeDotProduct(own, own, fold.trainRows);
            near(fold.system.diagonalMin[c], IDENTIFIED_SHARE * squares, 1e-12 * squares);
            const right = computeDotProduct(own, problem.scaledTarget, fold.trainRows);
            near(
              fold.system.right[c],
              right - computeDotProduct(r, rotatedTarget, rank),
              1e-11 * right,
            );
            for (let j = 0; j < channels; j += 1) {
              const raw = computeDotProduct(own, column(fixed + j), fold.trainRows);
              const shared = computeDotProduct(r, rotated[j] ?? r, rank);
              near(fold.system.gram[c * channels + j], raw - shared, 1e-11 * (raw + 1e-300));
            }
          }
          let error = 0;
          let size = 0;
          for (let row = fold.aheadStart; row < fold.aheadEnd; row += 1) {
            const wanted = problem.scaledTarget[row] ?? 0;
            error += Math.abs(wanted - engine.predict(fold, row)) * (problem.weights[row] ?? 0);
            size += Math.abs(wanted);
          }
          near(fold.judge(), error, 1e-12 * size);
        }
      }),
      { numRuns: 50 },
    );
  });

  function near(got: number | undefined, wanted: number, allowed: number): void {
    expect(Math.abs((got ?? Number.NaN) - wanted)).toBeLessThanOrEqual(allowed);
  }
});

describe("an engine of any shape", () => {
  const shapes = fc.record({
    channels: fc.integer({ min: 1, max: 11 }),
    pairs: fc.integer({ min: 0, max: 4 }),
    periods: fc.integer({ min: 150, max: 165 }),
    folds: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(1000),
  });

  test("finds room in its arena and the fits that plain sums give", () => {
    fc.assert(
      fc.property(shapes, ({ channels, pairs, periods, folds, seed }) => {
        const [first] = DEFAULT_SIMULATION.channels;
        const { config: base, dataset: data } = simulated(seed, {
          periods,
          channels: Array.from(
            { length: channels },
            (_, at) => ({ ...first, name: `c${at}` }) as Channel,
          ),
        });
        const engine = createEngine(data, {
          ...base,
          architecture: {
            ...base.architecture,
            seasonality: { fourier_pairs: pairs, day_of_week: false },
          },
          evaluation: { ...base.evaluation, folds },
        });
        const point = createStartParameters(engine);
        engine.evaluate(point);
        new Likelihood(engine.problem).evaluate(point);
        for (const fold of [...engine.folds, engine.whole]) {
          const { trainRows, aheadEnd: rows, aheadStart } = fold;
          const fit = fitWindow(engine.problem, point, { trainRows, rows });
          let error = 0;
          for (let row = aheadStart; row < rows; row += 1) {
            error += Math.abs((data.target[row] ?? 0) - (fit.fitted[row] ?? 0));
          }
          expect(fold.judge() / error).toBeCloseTo(1, 7);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("kernel-bytes.ts", () => {
  test("is what the source compiles to (else: npm run kernels:build)", async () => {
    expect(readFileSync(KERNEL_BYTES_FILE, "utf8")).toBe(await compileKernels());
  });
});
