/** Protects: simulated data is repeatable and its truth is true. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDayNumber, formatIsoDate } from "../../../model/calendar.ts";
import { Random, deriveSeed } from "../../../model/random.ts";
import { simulateData } from "../../../model/simulate/simulate.ts";
import {
  DEFAULT_SIMULATION,
  parseSimulationSpec,
} from "../../../model/simulate/simulation-spec.ts";
import { simulated } from "../support.ts";

describe("simulateData", () => {
  test("gives the same text for the same seed and another for another", () => {
    expect(simulateData(DEFAULT_SIMULATION, 7)).toEqual(simulateData(DEFAULT_SIMULATION, 7));
    expect(simulateData(DEFAULT_SIMULATION, 8).csv).not.toBe(
      simulateData(DEFAULT_SIMULATION, 7).csv,
    );
  });

  test("has the stated returns exactly", () => {
    const { truth } = simulateData(DEFAULT_SIMULATION, 7);
    for (const channel of DEFAULT_SIMULATION.channels) {
      const of = truth.channels[channel.name];
      const total = of?.contribution.reduce((a, b) => a + b, 0) ?? 0;
      expect(total / (of?.spend ?? 1)).toBeCloseTo(channel.roi, 9);
    }
  });

  test("adds up: without noise, sales are baseline plus contributions", () => {
    const { simulation, dataset } = simulated(4, { noise: 0 });
    for (const [at, sales] of dataset.target.entries()) {
      const media = Object.values(simulation.truth.channels).reduce(
        (sum, one) => sum + (one.contribution[at] ?? 0),
        0,
      );
      expect(sales).toBeCloseTo((simulation.truth.baseline[at] ?? 0) + media, 1);
    }
  });

  test.each([
    ["an unknown key", { channels: DEFAULT_SIMULATION.channels, noize: 1 }, /Unrecognized|noize/],
    ["no channels", { channels: [] }, /channels/],
    ["a decay of 1", { channels: [{ ...DEFAULT_SIMULATION.channels[0], decay: 1 }] }, /decay/],
    [
      "two channels of one name",
      { channels: [DEFAULT_SIMULATION.channels[0], DEFAULT_SIMULATION.channels[0]] },
      /two channels/,
    ],
  ])("refuses %s", (_, spec, says) => {
    expect(() => parseSimulationSpec(spec)).toThrow(says);
  });

  test("refuses a start that is no date", () => {
    expect(() => simulateData({ ...DEFAULT_SIMULATION, start_date: "2021-02-30" }, 1)).toThrow(
      /not a date/,
    );
  });
});

describe("calendar", () => {
  test("agrees with the platform's on every day it is asked", () => {
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 200_000 }), (days) => {
        const text = new Date(days * 86_400_000).toISOString().slice(0, 10);
        expect(formatIsoDate(days)).toBe(text);
        expect(parseDayNumber(text)).toBe(days);
      }),
    );
  });

  test.each([
    "2023-02-29",
    "1900-02-29",
    "2024-13-01",
    "2024-00-10",
    "2024-1-1",
    "20240101",
    "",
    "2024-01-01T00:00",
  ])("refuses %s", (text) => {
    expect(parseDayNumber(text)).toBeNull();
  });
});

describe("Random", () => {
  test("is the same stream for the same seed, on every machine", () => {
    const random = new Random(7);
    expect([random.uniform(), random.uniform(), random.uniform()]).toEqual([
      0.8740856216754764, 0.14231486665084958, 0.9753008654806763,
    ]);
  });

  test("is uniform and normal to the precision of its sample", () => {
    const random = new Random(deriveSeed(3, 1));
    const uniforms = Array.from({ length: 20_000 }, () => random.uniform());
    const normals = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(uniforms)).toBeCloseTo(0.5, 1.5);
    expect(Math.abs(mean(normals))).toBeLessThan(0.03);
    expect(Math.abs(mean(normals.map((value) => value * value)) - 1)).toBeLessThan(0.04);
    expect(uniforms.every((value) => value >= 0 && value < 1)).toBe(true);
  });
});
