/** Protects: the Business Analyst rejects what tuning moved for the worse, up to a person; never a return. */
import { describe, expect, it } from "vitest";
import { reviewModel } from "../../agents/builtin/business-analyst.ts";
import type { TrainedModel } from "../../agents/reasoners.ts";
import type { Event } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import {
  context,
  reviewJob,
  SETTINGS,
  SPEC,
  trained as smallTrained,
  withChannel,
} from "../support/agent-jobs.ts";
import { cleared, givenProposal, made, routed, trained } from "../support/given.ts";
import { smallConfig } from "../support/small-model.ts";

const config = smallConfig();
const baseline = { ...smallTrained(config), fold_losses: [0.05, 0.06, 0.05, 0.04] };

const ASKED = { path: "hyperparameters.tv.decay", min: 0.5, max: 0.6, reason: "a study" };

function review(candidate: TrainedModel) {
  return reviewModel(reviewJob({ candidate, baseline }), SETTINGS, SPEC);
}

const WORSE_FOLD = { ...baseline, fold_losses: [0.03, 0.09, 0.03, 0.02] };

describe("what tuning moved for the worse", () => {
  it.each([
    ["a fold's error", review(WORSE_FOLD), "fold_error_worse"],
    [
      "a carryover at the end of its range",
      review(withChannel(baseline, "tv", { decay: 0.9 })),
      "decay_at_hard_bound",
    ],
    [
      "a range that the business asked for",
      reviewModel(
        {
          ...reviewJob({ candidate: withChannel(baseline, "tv", { decay: 0.7 }), baseline }),
          config: smallConfig({ hyperparameters: { tv: { decay: 0.7, alpha: 1, gamma: 0.5 } } }),
          context: context({ constraints: [ASKED] }),
        },
        SETTINGS,
        SPEC,
      ),
      "business_constraint",
    ],
  ])("is rejected: %s", (_name, answer, code) => {
    expect(answer.verdict).toBe("critical");
    const found = answer.findings.find((one) => one.code === code);
    expect(found?.severity).toBe("critical");
  });

  it("climbs all three rungs: originator, alternative, person", () => {
    const { verdict, summary, findings, constraints } = review(WORSE_FOLD);
    const reject = (proposal: string): Event => ({
      type: "BusinessReviewed",
      data: { proposal, verdict, findings, constraints, summary, reasoner: BUILTIN_REASONER },
    });
    const given = givenProposal();
    const attempt = (number: number, by: "data_scientist" | "business_analyst"): Event => {
      const proposal = `w1.${number}`;
      if (number > 1) given.when(routed(proposal, by));
      if (number > 1) given.when(made(proposal));
      given.when(cleared(proposal, `odd${number}`));
      given.when(trained(proposal, `odd${number}`, 0.1));
      return given.when(reject(proposal))[1] as Event;
    };
    expect(attempt(1, "data_scientist")).toMatchObject({ data: { count: 1, next: "originator" } });
    expect(attempt(2, "data_scientist")).toMatchObject({ data: { count: 2, next: "alternative" } });
    given.when(routed("w1.3", "business_analyst"));
    given.when({
      type: "AgentAnswered",
      data: {
        work_item: "w1",
        attempt: 3,
        role: "business_analyst",
        kind: "constraints",
        text: "narrower",
        constraints: [],
        citations: [],
        reasoner: BUILTIN_REASONER,
      },
    });
    expect(attempt(4, "data_scientist")).toMatchObject({ data: { count: 3, next: "person" } });
    expect(given.history.at(-1)).toMatchObject({ type: "EscalationRaised" });
    expect(summary).toContain("the worst fold's error");
  });
});

describe("a return", () => {
  it("that is not believable is a concern, not a reason to tune again", () => {
    const odd = (model: TrainedModel) =>
      withChannel(model, "tv", { roi: 40, roi_low: 30, roi_high: 50, mroi: 20 });
    const answer = reviewModel(
      reviewJob({ candidate: odd(baseline), baseline: odd(baseline) }),
      SETTINGS,
      SPEC,
    );
    expect(answer.verdict).toBe("warn");
    const found = answer.findings.find((one) => one.code === "roi_implausible");
    expect(found?.severity).toBe("warning");
  });
});
