import { describe, expect, test } from "vitest";
import { formatExplanation } from "../../cli/output/guard-explain.ts";
import { checkProposal, readBaseline, formatResultLine } from "../../guard/check.ts";
import { LEXICON_JUDGE } from "../../guard/words/lexicon-judge.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import { computeSignature } from "../../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { modelConfig } from "./fixtures.ts";

/** A clock that goes on by one millisecond at every look. */
function stopwatch() {
  let now = 0;
  return () => (now += 1);
}

const scoring: SemanticJudge = {
  name: "scoring",
  digest: "0",
  judge: async ({ reasoning }) => ({
    verdict: "cleared",
    violations: [],
    detail: "scored",
    scores: {
      threshold: 0.9,
      passages: [
        { score: 0.1, text: reasoning },
        { score: 0.4, text: "x".repeat(500) },
      ],
    },
  }),
};

function contextOf(...judges: SemanticJudge[]) {
  const baseline = readBaseline(JSON.stringify(modelConfig()));
  const observed = { tv: { p50: 0.3, p95: 0.7 } };
  return { baseline, spec: SPECIFICATION_SHIPPED, judges, observed, stopwatch: stopwatch() };
}

const RAW =
  '{"changes":[{"path":"hyperparameters.tv.decay","to":0.62}],"reasoning":"tv lasts longer"}';

describe("the figures of a check", () => {
  test("are those of the signature, beside the baseline's, with limits, times and scores", async () => {
    const context = contextOf(LEXICON_JUDGE, scoring);
    const { verdict, figures } = await checkProposal(RAW, null, context);
    expect(verdict).toBe("cleared");
    const tuned = modelConfig();
    const config = {
      ...tuned,
      hyperparameters: {
        ...tuned.hyperparameters,
        tv: { ...tuned.hyperparameters["tv"]!, decay: 0.62 },
      },
    };
    const now = computeSignature(config, context.observed);
    const before = computeSignature(tuned, context.observed);
    expect(figures?.numbers_changed).toBe(1);
    expect(figures?.signature?.channels[0]).toEqual({
      channel: "tv",
      media_type: "tv",
      half_life_weeks: now.channels[0]!.halfLifeWeeks,
      half_life_weeks_before: before.channels[0]!.halfLifeWeeks,
      carryover_mass: now.channels[0]!.carryoverMass,
      carryover_mass_before: before.channels[0]!.carryoverMass,
      flatness: now.channels[0]!.flatness,
      curvature: now.channels[0]!.curvatureObserved,
      curvature_before: before.channels[0]!.curvatureObserved,
      spend_to: 0.7,
      response_at_end: now.channels[0]!.saturationAtTop,
    });
    expect(figures?.signature).toMatchObject({
      shrinkage: { value: now.shrinkageShare, least: 5e-5, most: 0.6 },
      folds: now.folds,
      locked_test_weeks: now.lockedTestWeeks,
      channels_alive: 5,
      over_observed_spend: true,
    });
    expect(figures?.layers.map(({ layer, ms }) => [layer, ms])).toEqual([
      ["rules", 1],
      ["signature", 1],
      ["semantics", 2],
    ]);
    expect(figures?.judges).toMatchObject([
      { judge: "lexicon", verdict: "cleared", threshold: null },
      {
        judge: "scoring",
        threshold: 0.9,
        passages: [{ score: 0.4 }, { score: 0.1, text: "tv lasts longer" }],
      },
    ]);
  });

  test("of what a layer refused end there, and a judge not asked says so", async () => {
    const rules = await checkProposal(
      '{"changes":[{"path":"model_id","to":1}]}',
      null,
      contextOf(),
    );
    expect(rules.figures).toMatchObject({ signature: null, numbers_changed: null, judges: [] });
    const flat =
      '{"changes":[{"path":"hyperparameters.tv.gamma","to":1},{"path":"hyperparameters.tv.alpha","to":1}]}';
    const spiky = { ...contextOf(scoring), observed: { tv: { p50: 0.01, p95: 0.02 } } };
    const signature = await checkProposal(flat, null, spiky);
    expect(signature).toMatchObject({
      layer: "signature",
      figures: { judges: [{ verdict: "skipped" }] },
    });
    expect(signature.figures?.signature?.channels[0]?.curvature).toBeLessThan(0.02);
    const words = await checkProposal(
      RAW,
      "Drop the saturation.",
      contextOf(LEXICON_JUDGE, scoring),
    );
    expect(words.figures?.judges.map(({ verdict }) => verdict)).toEqual(["vetoed", "skipped"]);
    const failing = { ...scoring, judge: () => Promise.reject(new Error("out of order")) };
    const broken = await checkProposal(RAW, null, contextOf(failing));
    expect(broken.figures?.judges).toMatchObject([
      { verdict: "abstained", detail: "out of order" },
    ]);
  });

  test("change no verdict, and are not there without a stopwatch", async () => {
    const { stopwatch: _clock, ...plain } = contextOf(LEXICON_JUDGE, scoring);
    for (const reasoning of [null, "Drop the saturation."]) {
      const bare = await checkProposal(RAW, reasoning, plain);
      const { figures, ...same } = await checkProposal(RAW, reasoning, {
        ...plain,
        stopwatch: stopwatch(),
      });
      expect(bare.figures).toBeUndefined();
      expect(same).toEqual(bare);
      expect(
        JSON.parse(formatResultLine({ ...same, ...(figures && { figures }) }, true)).figures,
      ).toEqual(figures);
      expect(formatResultLine({ ...same, ...(figures && { figures }) }, false)).toBe(
        formatResultLine(bare, false),
      );
    }
  });

  test("fit 100 columns, whatever the names and texts", async () => {
    const config = modelConfig();
    const long = "a".repeat(60);
    const named = JSON.parse(JSON.stringify(config).replaceAll('"tv"', `"${long}"`)) as object;
    const context = {
      ...contextOf(LEXICON_JUDGE, scoring),
      baseline: readBaseline(
        JSON.stringify(named).replaceAll(`"media_type":"${long}"`, '"media_type":"tv"'),
      ),
    };
    const raw = `{"changes":[{"path":"hyperparameters.${long}.decay","to":0.62}],"reasoning":"<b>\\u001b[2J ${"word ".repeat(60)}"}`;
    const { figures } = await checkProposal(raw, null, context);
    const lines = formatExplanation(figures!);
    expect(lines.join("\n")).toMatch(/half-life.*\n.*→/);
    for (const line of lines) {
      expect(line.length + 2, line).toBeLessThanOrEqual(100);
      for (const risky of ["\u001b", "<", ">"]) expect(line).not.toContain(risky);
    }
  });
});
