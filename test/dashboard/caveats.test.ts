import { describe, expect, it } from "vitest";
import { listCaveats } from "../../dashboard/caveats.ts";
import { computeModelDetail } from "../../dashboard/model-detail.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";
import { smallResults } from "./report-fixture.ts";

const results = smallResults();
const detail = computeModelDetail(smallDataset(), smallConfig(), { seed: 7, draws: 20 });
const tell = (more: object = {}, pictures: typeof detail | null = detail) =>
  listCaveats({ ...results, ...more } as typeof results, pictures).join("\n");

describe("caveats", () => {
  it("always say how many proposals looked, and whether calibration was on", () => {
    expect(tell()).toContain("17 proposals and 200 evaluated configurations");
    expect(tell({}, null)).toContain("Calibration is off");
    const calibration = { lift_tests: 2, roi_priors: 1 };
    const on = { ...detail, result: { ...detail.result, calibration } } as typeof detail;
    expect(tell({}, on)).toContain("Calibration is on: 2 lift tests and 1 ROI priors");
  });

  it("say what the locked weeks say", () => {
    expect(tell()).toContain("They do not contradict validation.");
    const locked_test = { ...results.locked_test, contradicts: true };
    expect(tell({ locked_test })).toContain("do not rely on the validated gain");
    expect(tell({ locked_test: null })).toContain("were not evaluated");
  });

  it("say when pictures are not of the model that was trained", () => {
    const model = { trainer: "builtin", loss: detail.result.loss };
    expect(tell({ model })).not.toContain("data file");
    expect(tell({ model: { ...model, loss: 0.5 } })).toContain("not the one the session had");
    expect(tell({ model: { ...model, trainer: "robyn" } })).toContain("another program (robyn)");
  });
});
