/** The rejection ladder. */
import { describe, expect, it } from "vitest";
import { findAlternativeRole, countRefusals, chooseEscalationStep } from "../../session/ladder.ts";
import { tuningState, workItem } from "../support/given.ts";

describe("the rung of a refusal", () => {
  it.each([
    [0, "originator"],
    [1, "originator"],
    [2, "alternative"],
    [3, "person"],
    [4, "person"],
    [99, "person"],
  ])("%i is for the %s", (count, rung) => {
    expect(chooseEscalationStep(count)).toBe(rung);
  });
});

describe("the count of a refusal", () => {
  it.each([
    ["neither the work item nor the content was refused", 0, {}, 1],
    ["the work item was refused twice", 2, {}, 3],
    ["the content was refused once, in another work item", 0, { c: 1 }, 2],
    ["the content was refused more often than the item", 1, { c: 2 }, 3],
    ["the item was refused more often than the content", 2, { c: 1 }, 3],
    ["another content was refused", 0, { d: 5 }, 1],
  ])("when %s", (_when, rejections, refusals, count) => {
    const state = tuningState({ refusals });
    expect(countRefusals(state, workItem({ rejections }), "c")).toBe(count);
  });

  it("takes a digest for a digest, whatever it is called", () => {
    expect(countRefusals(tuningState(), workItem(), "constructor")).toBe(1);
  });
});

describe("the role that takes over", () => {
  const roleFor = (more: Parameters<typeof workItem>[0]) => findAlternativeRole(workItem(more));

  it.each([
    [
      "the best other by the router's scores",
      { originator: "data_scientist", alternatives: ["data_scientist", "business_analyst"] },
      "business_analyst",
    ],
    [
      "none without authority for a tuning task",
      { originator: "data_scientist", alternatives: ["stakeholder", "research_persona"] },
      "business_analyst",
    ],
    [
      "anyone with authority for a text",
      { kind: "free_text", originator: "data_scientist", alternatives: ["stakeholder"] },
      "stakeholder",
    ],
    [
      "not who refused it",
      {
        originator: null,
        role: "business_analyst",
        alternatives: ["business_analyst", "data_scientist"],
      },
      "data_scientist",
    ],
    [
      "the originator counts before who has it now",
      { originator: "data_scientist", role: "business_analyst", alternatives: [] },
      "business_analyst",
    ],
    ["nobody when no other may", { originator: "business_analyst", alternatives: [] }, null],
  ] as const)("is %s", (_who, more, role) => {
    expect(roleFor(more)).toBe(role);
  });
});
