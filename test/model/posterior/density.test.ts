/** Protects: the log density is that of the stated model, its gradient is exact. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createDensity } from "../../../model/posterior/density.ts";
import type { PosteriorInputs } from "../../../model/posterior/inputs.ts";
import { walkMode } from "../../../model/posterior/linear-part.ts";
import { POSTERIOR_KERNEL_BYTES_FILE, compileKernels } from "../../support/build-kernels.ts";
import { computeSlope, inputsOf, nationalCase, panelCase, priorVector } from "./support.ts";

const LIFTS = {
  calibration: {
    lift_tests: [
      {
        channel: "tv",
        start: "2021-03-01",
        end: "2021-05-31",
        effect: 90_000,
        standard_error: 20_000,
      },
    ],
    roi_priors: [{ channel: "search", roi: 2, sd: 0.4 }],
  },
};

const CASES: readonly [string, () => PosteriorInputs][] = [
  [
    "national with level and build-up",
    () => inputsOf(nationalCase(), { trend: "local_level", carryover: "delayed" }),
  ],
  ["national with lift test and ROI prior", () => inputsOf(nationalCase(LIFTS))],
  [
    "national without level, plain geometric",
    () => inputsOf(nationalCase(), { trend: "linear", carryover: "geometric" }),
  ],
  ["geo panel with shared columns", () => inputsOf(panelCase())],
];

describe("the gradient", () => {
  test.each(CASES)("agrees with central differences to 1e-6: %s", (_, make) => {
    const density = createDensity(make());
    const { dimension, names } = density.layout;
    const gradient = new Float64Array(dimension);
    for (const seed of [1, 2, 3]) {
      const theta = priorVector(dimension, seed);
      density.evaluate(theta, gradient);
      const size = Math.max(...gradient.map(Math.abs));
      for (const [at, slope] of gradient.slice().entries()) {
        const wanted = computeSlope((x) => density.evaluate(x, null), theta, at);
        const gap = Math.abs(slope - wanted) / Math.max(Math.abs(wanted), 1e-3 * size, 1);
        expect(gap, names[at]).toBeLessThan(1e-6);
      }
    }
  });
});

/** log N(rest; 0, σ²(I + κ²ΦΦ')) with flat γ, by dense algebra over all geos at once. */
function denseLogLikelihood(
  inputs: PosteriorInputs,
  rest: readonly number[],
  { noise, level }: { noise: number; level: number },
): number {
  const { geos, periods, linear } = inputs;
  const n = geos * periods;
  const modes = linear.modes.length === 0 ? 0 : Math.min(40, periods >> 1);
  const walks = Array.from({ length: modes }, (_, j) => walkMode(periods, j));
  const covariance = Array.from({ length: n }, (_, row) =>
    Array.from({ length: n }, (_unused, column) => {
      let value = row === column ? 1 : 0;
      if (Math.floor(row / periods) === Math.floor(column / periods)) {
        for (const walk of walks) {
          value += level ** 2 * (walk[row % periods] ?? 0) * (walk[column % periods] ?? 0);
        }
      }
      return value * noise ** 2;
    }),
  );
  const z = [
    ...Array.from({ length: geos }, (_, geo) =>
      Array.from({ length: n }, (_unused, row) => (Math.floor(row / periods) === geo ? 1 : 0)),
    ),
    ...linear.columns.map((column) =>
      Array.from({ length: n }, (_, row) => {
        const geo = Math.floor(row / periods);
        return column[geo * inputs.periodsAll + (row % periods)] ?? 0;
      }),
    ),
  ];
  const lower = choleskyOf(covariance);
  const white = (x: readonly number[]): number[] => forward(lower, x);
  const zWhite = z.map(white);
  const gram = zWhite.map((a) => zWhite.map((b) => dotOf(a, b)));
  const right = zWhite.map((a) => dotOf(a, white(rest)));
  const gramLower = choleskyOf(gram);
  const solved = forward(gramLower, right);
  const square = dotOf(white(rest), white(rest)) - dotOf(solved, solved);
  const logDet = (l: readonly number[][]): number =>
    l.reduce((sum, row, i) => sum + 2 * Math.log(row[i] ?? 1), 0);
  return -0.5 * (logDet(lower) + logDet(gramLower) + square);
}

const dotOf = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

function choleskyOf(matrix: readonly number[][]): number[][] {
  const lower: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const own: number[] = [];
    for (let j = 0; j < i; j += 1) {
      const sum = dotOf(own, (lower[j] ?? []).slice(0, j));
      own.push(((row[j] ?? 0) - sum) / (lower[j]?.[j] ?? 1));
    }
    own.push(Math.sqrt((row[i] ?? 0) - dotOf(own, own)));
    lower.push(own);
  }
  return lower;
}

function forward(lower: readonly number[][], x: readonly number[]): number[] {
  const out: number[] = [];
  for (const [i, row] of lower.entries()) {
    out.push(((x[i] ?? 0) - dotOf(row.slice(0, i), out)) / (row[i] ?? 1));
  }
  return out;
}

describe("integrating out level and linear part", () => {
  test.each([
    ["national", () => inputsOf(nationalCase())],
    ["geo panel", () => inputsOf(panelCase(2, 40))],
  ] as const)("changes by what dense algebra gives: %s", (_, make) => {
    const inputs = make();
    const density = createDensity(inputs);
    const gaps = [4, 5, 6].map((seed) => {
      const theta = priorVector(density.layout.dimension, seed);
      const value = density.evaluate(theta, null);
      const { values, media } = density.last();
      const rest = Array.from({ length: inputs.rows }, (_unused, row) => {
        const at = Math.floor(row / inputs.periods) * inputs.width + (row % inputs.periods);
        const effect = media.reduce((sum, m) => sum + m.coefficient * (m.saturated[at] ?? 0), 0);
        return (inputs.target[at] ?? 0) - effect;
      });
      const prior = -0.5 * theta.reduce((sum, x) => sum + x * x, 0);
      return value - prior - denseLogLikelihood(inputs, rest, values);
    });
    expect(Math.abs((gaps[0] ?? 0) - (gaps[1] ?? 1))).toBeLessThan(1e-6);
    expect(Math.abs((gaps[0] ?? 0) - (gaps[2] ?? 1))).toBeLessThan(1e-6);
  });
});

describe("kernel-bytes.ts of the posterior", () => {
  test("is what the source compiles to (else: npm run kernels:build)", async () => {
    const kept = readFileSync(POSTERIOR_KERNEL_BYTES_FILE, "utf8");
    expect(kept).toBe(await compileKernels(POSTERIOR_KERNEL_BYTES_FILE));
  });
});
