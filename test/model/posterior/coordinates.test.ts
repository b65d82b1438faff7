/** Protects: the sampler's coordinates change how it moves, not what it draws from. */

import { describe, expect, test } from "vitest";
import type { Coordinates } from "../../../model/posterior/coordinates.ts";
import { centreShares } from "../../../model/posterior/coordinates.ts";
import { createDensity } from "../../../model/posterior/density.ts";
import { computeSlope, inputsOf, nationalCase, panelCase, priorVector } from "./support.ts";

const CASES = [
  ["national", () => inputsOf(nationalCase())],
  [
    "national without level",
    () => inputsOf(nationalCase(), { trend: "linear", carryover: "delayed" }),
  ],
  ["geo panel", () => inputsOf(panelCase(2, 40))],
] as const;

const readEta = (coordinates: Coordinates, theta: Float64Array): Float64Array => {
  const eta = new Float64Array(theta.length);
  coordinates.fromTheta(theta, eta);
  return eta;
};

const readTheta = (coordinates: Coordinates, eta: Float64Array): Float64Array => {
  const theta = new Float64Array(eta.length);
  coordinates.toTheta(eta, theta);
  return theta;
};

/** ln |det ∂θ/∂η| by differences and elimination. */
function measureJacobian(coordinates: Coordinates, eta: Float64Array): number {
  const rows = [...eta.keys()].map((i) =>
    [...eta.keys()].map((j) =>
      computeSlope((at) => readTheta(coordinates, at)[i] as number, eta, j),
    ),
  );
  let total = 0;
  for (const k of rows.keys()) {
    const below = rows.slice(k).map((row) => Math.abs(row[k] ?? 0));
    const pivot = k + below.indexOf(Math.max(...below));
    [rows[k], rows[pivot]] = [rows[pivot] ?? [], rows[k] ?? []];
    const top = rows[k] ?? [];
    total += Math.log(Math.abs(top[k] ?? 0));
    for (const row of rows.slice(k + 1)) {
      const by = (row[k] ?? 0) / (top[k] ?? 1);
      for (const j of row.keys()) row[j] = (row[j] ?? 0) - by * (top[j] ?? 0);
    }
  }
  return total;
}

describe("the sampler's coordinates", () => {
  test.each(CASES)("lead back to the parameters: %s", (_, make) => {
    const inputs = make();
    const density = createDensity(inputs);
    const coordinates = centreShares(inputs, density);
    for (const seed of [1, 2, 3]) {
      const theta = priorVector(density.layout.dimension, seed);
      const back = readTheta(coordinates, readEta(coordinates, theta));
      for (const [i, value] of back.entries()) expect(value).toBeCloseTo(theta[i] ?? NaN, 10);
    }
  });

  test.each(CASES)("have the density times the Jacobian, up to a constant: %s", (_, make) => {
    const inputs = make();
    const density = createDensity(inputs);
    const coordinates = centreShares(inputs, density);
    const constants = [4, 5, 6].map((seed) => {
      const theta = priorVector(density.layout.dimension, seed);
      const eta = readEta(coordinates, theta);
      const value = coordinates.evaluate(eta, new Float64Array(eta.length));
      return value - density.evaluate(theta, null) - measureJacobian(coordinates, eta);
    });
    expect(constants[1]).toBeCloseTo(constants[0] ?? NaN, 5);
    expect(constants[2]).toBeCloseTo(constants[0] ?? NaN, 5);
  });

  test.each(CASES)("have a gradient that agrees with differences to 1e-6: %s", (_, make) => {
    const inputs = make();
    const density = createDensity(inputs);
    const coordinates = centreShares(inputs, density);
    const eta = readEta(coordinates, priorVector(density.layout.dimension, 7));
    const gradient = new Float64Array(eta.length);
    const unused = new Float64Array(eta.length);
    coordinates.evaluate(eta, gradient);
    const size = Math.max(...gradient.map(Math.abs));
    for (const [i, slope] of gradient.entries()) {
      const wanted = computeSlope((at) => coordinates.evaluate(at, unused), eta, i);
      const gap = Math.abs(slope - wanted) / Math.max(Math.abs(wanted), 1e-3 * size, 1);
      expect(gap, density.layout.names[i]).toBeLessThan(1e-6);
    }
  });

  test("give no density where media would be all of the target or more", () => {
    const inputs = inputsOf(nationalCase());
    const density = createDensity(inputs);
    const coordinates = centreShares(inputs, density);
    const eta = readEta(coordinates, priorVector(density.layout.dimension, 8));
    eta[density.layout.first] = 1e4;
    expect(coordinates.evaluate(eta, new Float64Array(eta.length)) > -Infinity).toBe(false);
  });
});
