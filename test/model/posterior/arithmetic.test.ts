/** Protects: the functions that replace the host's, and the statistics of convergence. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cosineOfTurns,
  exp,
  log,
  logistic,
  normalQuantile,
  sineOfTurns,
  softplus,
} from "../../../model/posterior/arithmetic.ts";
import { measureConvergence } from "../../../model/posterior/diagnostics.ts";
import { NormalStream } from "../../../model/posterior/normal-stream.ts";

const near = (got: number, wanted: number, relative: number): void => {
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted) + 1e-300);
};

describe("arithmetic", () => {
  test("agrees with the host's functions to 1e-15", () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        near(exp(x), Math.exp(x), 1e-15);
        near(log(Math.exp(x)), Math.log(Math.exp(x)), 1e-15);
        near(softplus(x), x > 30 ? x : Math.log1p(Math.exp(x)), 1e-13);
        near(logistic(x), 1 / (1 + Math.exp(-x)), 1e-14);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (turns) => {
        const angle = 2 * Math.PI * (turns - Math.floor(turns));
        expect(Math.abs(sineOfTurns(turns) - Math.sin(angle))).toBeLessThan(2e-15);
        expect(Math.abs(cosineOfTurns(turns) - Math.cos(angle))).toBeLessThan(5e-14);
      }),
    );
  });

  test("has the ends of the range", () => {
    expect([exp(-1e9), log(0), log(-1), exp(0), log(1)]).toEqual([0, -Infinity, -Infinity, 1, 0]);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 9);
  });
});

describe("convergence", () => {
  const chain = (seed: number, shift: number, memory: number): Float64Array => {
    const stream = new NormalStream(seed);
    let x = 0;
    return Float64Array.from({ length: 1000 }, () => {
      x = memory * x + Math.sqrt(1 - memory * memory) * stream.normal();
      return x + shift;
    });
  };

  test("independent draws count fully, autocorrelated ones as theory says", () => {
    const free = measureConvergence([1, 2, 3, 4].map((seed) => chain(seed, 0, 0)));
    expect(free.r_hat).toBeLessThan(1.01);
    expect(free.ess / 4000).toBeGreaterThan(0.85);
    const slow = measureConvergence([1, 2, 3, 4].map((seed) => chain(seed, 0, 0.8)));
    expect(slow.ess / 4000).toBeGreaterThan(0.07);
    expect(slow.ess / 4000).toBeLessThan(0.16);
  });

  test("a chain elsewhere, and one of another width, are seen", () => {
    const moved = [1, 2, 3].map((seed) => chain(seed, 0, 0)).concat([chain(4, 2, 0)]);
    expect(measureConvergence(moved).r_hat).toBeGreaterThan(1.2);
    const wide = [1, 2, 3]
      .map((seed) => chain(seed, 0, 0))
      .concat([chain(4, 0, 0).map((x) => 4 * x)]);
    expect(measureConvergence(wide).r_hat).toBeGreaterThan(1.1);
  });

  test("constant draws are at rest", () => {
    const rest = [new Float64Array(100).fill(2), new Float64Array(100).fill(2)];
    expect(measureConvergence(rest)).toEqual({ r_hat: 1, ess: 200 });
  });
});
