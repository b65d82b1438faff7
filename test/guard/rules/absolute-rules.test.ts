import { describe, expect, it } from "vitest";
import {
  findRangeViolations,
  findRequiredViolations,
} from "../../../guard/rules/absolute-rules.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { applyChanges, computeTunableBounds } from "../../../guard/specification/tunables.ts";
import { modelConfig } from "../fixtures.ts";

const config = modelConfig();
const bounds = computeTunableBounds(config, SPECIFICATION_SHIPPED);
const PATH = "hyperparameters.tv.decay";
const { min, max } = bounds.get(PATH) ?? { min: 0, max: 0 };
const codesAt = (path: string, to: number) =>
  findRangeViolations(applyChanges(config, [{ path, to }]), bounds).map(({ code }) => code);

describe("ranges", () => {
  it("include their ends and nothing beyond", () => {
    expect(codesAt(PATH, min)).toEqual([]);
    expect(codesAt(PATH, max)).toEqual([]);
    expect(codesAt(PATH, max + 1e-9)).toEqual(["value_out_of_range"]);
    expect(codesAt(PATH, Number.NaN)).toEqual(["value_out_of_range"]);
  });

  it("want whole numbers where the specification does", () => {
    expect(codesAt("training.refinement_steps", 10)).toEqual([]);
    expect(codesAt("training.refinement_steps", 10.5)).toEqual(["value_not_integer"]);
  });

  it("leave no number unjudged that the specification does not name", () => {
    const found = findRangeViolations(config, new Map([...bounds].slice(1)));
    expect(found).toMatchObject([{ code: "path_unknown", path: PATH }]);
  });
});

describe("required values", () => {
  const entry = { field: "evaluation", protects: "the test" } as const;
  const judge = (more: object) => {
    const spec = { ...SPECIFICATION_SHIPPED, protected: [{ ...entry, ...more }] };
    return findRequiredViolations(config, spec as typeof SPECIFICATION_SHIPPED);
  };

  it("are compared as they are, and missing ones are not good", () => {
    expect(judge({ path: "adstock.type", required: "geometric" })).toEqual([]);
    expect(judge({ path: "adstock.type", required: "weibull" })).toHaveLength(1);
    expect(judge({ path: "adstock.kind", required: "geometric" })).toHaveLength(1);
  });

  it("may be a range", () => {
    const folds = config.evaluation.folds;
    expect(judge({ path: "evaluation.folds", minimum: folds })).toEqual([]);
    expect(judge({ path: "evaluation.folds", minimum: folds + 1 })).toHaveLength(1);
    expect(judge({ path: "evaluation.folds", maximum: folds - 1 })).toHaveLength(1);
    expect(judge({ path: "adstock.type", minimum: 0 })).toHaveLength(1);
  });
});
