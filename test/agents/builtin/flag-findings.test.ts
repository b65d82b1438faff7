/** Raised flags in the business review. */
import { expect, it } from "vitest";
import { reviewModel } from "../../../agents/builtin/business-analyst.ts";
import { listFlagFindings } from "../../../agents/builtin/flag-findings.ts";
import { evidence, evidenceFlag, reviewJob, SETTINGS, SPEC } from "../../support/agent-jobs.ts";

const flags = [
  evidenceFlag(),
  evidenceFlag({ code: "nothing_learnt", stops: false, channels: ["tv"], message: "On tv" }),
  evidenceFlag({ code: "nothing_learnt", stops: false, channels: ["radio"], message: "On radio" }),
  evidenceFlag({ code: "unstable", raised: false }),
];

it("are warnings where they stop budget use and information where they inform, once per code", () => {
  expect(
    listFlagFindings(evidence({ flags })).map(({ code, severity, channel, message }) => [
      code,
      severity,
      channel,
      message,
    ]),
  ).toEqual([
    ["flag_spend_follows_demand", "warning", "search", "The spend of search follows demand"],
    ["flag_nothing_learnt", "info", "tv", "On tv (and 1 more like it)"],
  ]);
  expect(listFlagFindings(null)).toEqual([]);
});

it("stand in the words of the review, and never send a proposal back", () => {
  const review = reviewModel(reviewJob({ evidence: evidence({ flags }) }), SETTINGS, SPEC);
  expect(review.summary).toContain("The spend of search follows demand");
  expect(review.verdict).toBe("warn");
});
