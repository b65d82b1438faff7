import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeStructure } from "../../../guard/judge.ts";
import { pinConfig } from "../../../guard/rules/pinned.ts";
import { measureObservedExposure } from "../../../guard/signature/exposure.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import {
  applyChanges,
  computeTunableBounds,
  type Setting,
} from "../../../guard/specification/tunables.ts";
import { parseModelConfig } from "../../../model/config.ts";
import { parseDataset } from "../../../model/data/dataset.ts";
import { codesOf } from "../fixtures.ts";

const file = (name: string): string =>
  readFileSync(new URL(`../../../examples/${name}`, import.meta.url), "utf8");
const config = parseModelConfig(JSON.parse(file("baseline_model.json")));
const baseline = pinConfig(config);
const observed = measureObservedExposure(parseDataset(file(config.data.path), config), config);
const bounds = computeTunableBounds(config, SPECIFICATION_SHIPPED);
const names = config.channels.map(({ name }) => name);

const judgeRaw = (raw: string, seen: typeof observed | null = observed) =>
  judgeStructure({
    raw,
    base: baseline,
    baseline,
    constraints: [],
    spec: SPECIFICATION_SHIPPED,
    observed: seen,
  });
const judgeChanges = (changes: readonly Setting[]) => judgeRaw(JSON.stringify({ changes }));
const setAll = (parameter: string, to: number): Setting[] =>
  names.map((name) => ({ path: `hyperparameters.${name}.${parameter}`, to }));
const setDecays = (share: number): Setting[] =>
  [...bounds]
    .filter(([path]) => path.endsWith(".decay"))
    .map(([path, { min, max }]) => ({ path, to: min + share * (max - min) }));

describe("corners inside all ranges are vetoed over the spend seen", () => {
  it.each([
    [
      "saturation as a step everywhere",
      [...setAll("alpha", 3), ...setAll("gamma", 0.1)],
      "saturation_step",
    ],
    [
      "saturation that has begun nowhere",
      [...setAll("alpha", 3), ...setAll("gamma", 1)],
      "saturation_absent",
    ],
    [
      "a straight line everywhere",
      [...setAll("alpha", 1.4), ...setAll("gamma", 1)],
      "saturation_linear",
    ],
    ["carryover at the floor everywhere", setDecays(0), "carryover_corner"],
    ["carryover just above the floor everywhere", setDecays(0.04), "carryover_corner"],
    ["carryover at the ceiling everywhere", setDecays(1), "carryover_corner"],
    ["channels tied", setAll("decay", 0.3), "channels_tied"],
    [
      "channels tied but for a trifle",
      names.map((name, at) => ({ path: `hyperparameters.${name}.decay`, to: 0.3 + at / 1000 })),
      "channels_tied",
    ],
    [
      "one channel's return crushed by its shape",
      [
        { path: "hyperparameters.radio.decay", to: 0.7 },
        { path: "hyperparameters.radio.alpha", to: 3 },
        { path: "hyperparameters.radio.gamma", to: 0.1 },
      ],
      "saturation_step",
    ],
    [
      "one channel's return blown up by its shape",
      [
        { path: "hyperparameters.radio.alpha", to: 3 },
        { path: "hyperparameters.radio.gamma", to: 1 },
      ],
      "drift_return",
    ],
  ] as [string, Setting[], string][])("%s", (_kind, changes, code) => {
    const verdict = judgeChanges(changes);
    expect(verdict.layer).toBe("signature");
    expect(codesOf(verdict)).toContain(code);
  });
});

it("a corner that is the owner's own baseline is no violation, and moving inwards from it neither", () => {
  const stepped = applyChanges(config, [...setAll("alpha", 3), ...setAll("gamma", 0.1)]);
  const pinned = pinConfig(applyChanges(stepped, setDecays(0)));
  const context = { base: pinned, baseline: pinned, constraints: [], spec: SPECIFICATION_SHIPPED };
  const own = judgeStructure({ ...context, raw: `{"config":${pinned.text}}`, observed });
  // What was refused of it before corners were looked at: carryover of media that have none.
  expect(codesOf(own).filter((code) => code !== "carryover_off")).toEqual([]);
  const inwards = JSON.stringify({ changes: setAll("gamma", 0.2) });
  expect(codesOf(judgeStructure({ ...context, raw: inwards, observed }))).not.toContain(
    "saturation_step",
  );
});

it("every tuning within the published ranges passes but for curves that are straight or tied", () => {
  const soft = [...bounds].filter(([path]) => path.startsWith("hyperparameters."));
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 15, maxLength: 15 }),
      (shares) => {
        const changes = soft.map(([path, { softMin, softMax }], at) => ({
          path,
          to: softMin + (shares[at] ?? 0) * (softMax - softMin) + 0,
        }));
        const codes = new Set(codesOf(judgeChanges(changes)));
        expect(codes).not.toContain("saturation_step");
        expect(codes.has("carryover_corner")).toBe(false);
      },
    ),
  );
});

const CASES = new URL("../../../../shared/cases/guard/", import.meta.url);
describe.skipIf(!existsSync(CASES))("the attack files have their verdicts", () => {
  const read = (name: string): string => readFileSync(new URL(name, CASES), "utf8");
  it.each([
    "p_tied5",
    "lin143",
    "p_step_all_saturated",
    "p_crush_radio",
    "p_decay_lo_all",
    "p_lin_all_1.4",
  ])("%s is vetoed", (name) => {
    expect(judgeRaw(read(`${name}.json`)).layer).toBe("signature");
  });
  it("honest proposals are cleared by rules and signature", () => {
    const lines = read("honest.ndjson").trim().split("\n");
    const verdicts = lines.map((line) => judgeRaw(JSON.parse(line).proposal).verdict);
    expect(new Set(verdicts)).toEqual(new Set(["cleared"]));
  });
});
