import { describe, expect, it } from "vitest";
import type { Judgement, RouterModel } from "../../../router/classifier/router-model.ts";
import {
  compareRouters,
  predictByModel,
  predictByRules,
} from "../../../router/training/evaluate.ts";
import type { LabelledText } from "../../../router/training/dataset.ts";

const row = (text: string, label: string) => ({ text, label }) as LabelledText;
const TUNE = "Tune the decay of TV from 0.8 to 0.6 and refit";
const rows = [row(TUNE, "data_scientist"), row("", "out_of_scope"), row("?!", "stakeholder")];
const model = {
  judge: (text: string) =>
    Promise.resolve(
      (text === TUNE
        ? {
            unjudged: null,
            classification: {
              label: "data_scientist",
              confidence: 0.9,
              rejected: "low_confidence",
              scores: { out_of_scope: 0.2 },
            },
          }
        : { unjudged: text === "" ? "empty" : "too_long", classification: null }) as Judgement,
    ),
} as RouterModel;

describe("predictions on labelled texts", () => {
  it("of a model: refused by rule is an answer, not judged is none", async () => {
    expect(await predictByModel(rows, model)).toEqual([
      {
        truth: "data_scientist",
        label: "data_scientist",
        confidence: 0.9,
        accepted: false,
        inScope: 0.8,
      },
      { truth: "out_of_scope", label: "out_of_scope", confidence: 1, accepted: true, inScope: 0 },
      { truth: "stakeholder", label: null, confidence: 0, accepted: false, inScope: 0 },
    ]);
  });

  it("of the rules: the label with most points, accepted when it won clearly", () => {
    const [tuned, nothing] = predictByRules(rows);
    expect(tuned).toMatchObject({ label: "data_scientist", accepted: true });
    expect(nothing).toMatchObject({ label: null, confidence: 0, accepted: false });
  });

  it("stand side by side on the same rows", async () => {
    const { candidate, running, rules } = await compareRouters(rows, model, null);
    expect(running).toBeNull();
    expect(candidate).not.toEqual(rules);
    expect((await compareRouters(rows, model, model)).running).toEqual(candidate);
  });
});
