import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pinConfig } from "../../../guard/rules/pinned.ts";
import {
  computeCarryoverMass,
  computeCurvature,
  computeHalfLife,
  computeSignature,
} from "../../../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import {
  computeSearchBounds,
  computeTunableBounds,
} from "../../../guard/specification/tunables.ts";
import { BASE, changesText, codesOf, modelConfig, structureOf } from "../fixtures.ts";

const names = BASE.config.channels.map(({ name }) => name);
const all = (parameter: string, to: number): [string, number][] =>
  names.map((name) => [`hyperparameters.${name}.${parameter}`, to]);

describe("figures", () => {
  test("half-life is that of the table of published decays", () => {
    expect(computeHalfLife(0.5)).toBeCloseTo(1, 12);
    expect(computeHalfLife(0.7)).toBeCloseTo(1.94, 2);
    expect(computeHalfLife(0)).toBe(0);
  });

  test("carryover mass is the share of the kernel's weights after the first week", () => {
    const weights = Array.from({ length: 14 }, (_, lag) => 0.6 ** lag);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expect(computeCarryoverMass(0.6, 1, 13)).toBeCloseTo((total - 1) / total, 12);
    expect(computeCarryoverMass(0, 1, 13)).toBe(0);
    expect(computeCarryoverMass(0.5, 1, 0)).toBe(0);
  });

  test("curvature is none for a straight line and grows as the curve bends", () => {
    expect(computeCurvature(1, 1e6, 1)).toBeLessThan(1e-5);
    expect(computeCurvature(1, 0.3, 1)).toBeGreaterThan(computeCurvature(1, 0.8, 1));
    expect(computeCurvature(2, 0.5, 0)).toBe(0);
  });

  test("are finite for every configuration inside the ranges", () => {
    const bounds = [...computeTunableBounds(BASE.config, SPECIFICATION_SHIPPED)];
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 18, maxLength: 18 }),
        (shares) => {
          const changes = bounds.map(([path, { min, max, integer }], at): [string, number] => {
            const value = min + (shares[at] ?? 0) * (max - min);
            return [path, integer ? Math.round(value) : value + 0];
          });
          const verdict = structureOf(changesText(...changes));
          expect(verdict.layer === null || verdict.layer === "signature").toBe(true);
          if (verdict.config === null) return;
          const figures = JSON.stringify(computeSignature(JSON.parse(verdict.config)));
          expect(figures).not.toContain("null");
        },
      ),
    );
  });
});

describe("numbers inside every range are vetoed when together they", () => {
  test.each([
    [
      "take carryover down to nothing",
      [...all("decay", 0), ["hyperparameters.tv.decay", 0.05], ["hyperparameters.ooh.decay", 0.05]],
      ["drift_carryover", "carryover_corner"],
    ],
    [
      "make all responses straight",
      [...all("alpha", 1.5), ...all("gamma", 1)],
      ["saturation_linear", "drift_saturation"],
    ],
    [
      "tie all channels to one response",
      [...all("decay", 0.3), ...all("alpha", 1), ...all("gamma", 0.5)],
      ["channels_tied"],
    ],
  ] as [string, [string, number][], string[]][])("%s", (_name, changes, codes) => {
    const last = new Map(changes);
    const verdict = structureOf(changesText(...last));
    expect(verdict.layer).toBe("signature");
    expect(codesOf(verdict)).toEqual(codes);
    expect(verdict.violations[0]?.message).toMatch(/\d %|All 5/);
  });

  test("leave no decay within the longest lag", () => {
    const base = pinConfig(modelConfig({ adstock: { max_lag_weeks: 4 } }));
    const at = (to: number): string[] =>
      codesOf(structureOf(changesText(["hyperparameters.tv.decay", to]), { base }));
    expect(at(0.84)).toEqual([]);
    expect(at(0.85)).toEqual(["carryover_flat"]);
    expect(
      computeSearchBounds(base.config, SPECIFICATION_SHIPPED).get("hyperparameters.tv.decay")?.max,
    ).toBeCloseTo(0.5 ** 0.25, 12);
  });

  test("make a response straight over the spend that was seen", () => {
    const observed = { tv: { p50: 0.02, p95: 0.08 } };
    const change = changesText(["hyperparameters.tv.gamma", 1], ["hyperparameters.tv.alpha", 1.05]);
    expect(structureOf(change).verdict).toBe("cleared");
    expect(codesOf(structureOf(change, { observed }))).toEqual(["saturation_linear"]);
  });
});

test("a baseline over spiky data is not vetoed for what the data do", () => {
  const observed = Object.fromEntries(names.map((name) => [name, { p50: 0, p95: 0.001 }]));
  expect(structureOf(`{"config":${BASE.text}}`, { observed }).verdict).toBe("cleared");
});

test("only the media of an exception may have no carryover, and not all of them", () => {
  expect(structureOf(changesText(["hyperparameters.search.decay", 0])).verdict).toBe("cleared");
  const digital = pinConfig(
    modelConfig({
      channels: ["social", "search"].map((name) => ({ name, spend: name, media_type: name })),
      hyperparameters: {},
    }),
  );
  const none = changesText(
    ["hyperparameters.social.decay", 0],
    ["hyperparameters.search.decay", 0],
  );
  expect(codesOf(structureOf(none, { base: digital }))).toContain("carryover_off");
});

test("small steps add up: drift is measured from the pinned baseline", () => {
  const decays = (factor: number): [string, number][] =>
    BASE.config.channels.map(({ name }): [string, number] => {
      const start = BASE.config.hyperparameters[name]?.decay ?? 0;
      const floor = ["tv", "ooh"].includes(name) ? 0.05 : 0;
      return [`hyperparameters.${name}.decay`, Math.max(floor, start * factor)];
    });
  let base = BASE;
  let round = 0;
  for (; round < 80; round += 1) {
    const verdict = structureOf(changesText(...decays(0.95 ** (round + 1))), {
      base,
      baseline: BASE,
    });
    if (verdict.config === null) {
      expect(["drift_carryover", "carryover_corner"]).toContain(codesOf(verdict)[0]);
      break;
    }
    base = pinConfig(JSON.parse(verdict.config));
  }
  expect(round).toBeGreaterThan(10);
  expect(round).toBeLessThan(80);
});

test("no tuning drawn from the soft ranges is vetoed", () => {
  const bounds = [...computeTunableBounds(BASE.config, SPECIFICATION_SHIPPED)];
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 18, maxLength: 18 }),
      (shares) => {
        const changes = bounds.map(
          ([path, { softMin, softMax, integer }], at): [string, number] => {
            const value = softMin + (shares[at] ?? 0) * (softMax - softMin);
            return [path, integer ? Math.round(value) : value];
          },
        );
        const verdict = structureOf(changesText(...changes));
        const straight = codesOf(verdict).every((code) => code.includes("saturation"));
        expect(verdict.verdict === "cleared" || straight).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});
