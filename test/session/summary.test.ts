/** The line about a session that lists show. */
import { describe, expect, it } from "vitest";
import { createSessionState } from "../../session/state.ts";
import { parseSummary, toSessionSummary } from "../../session/summary.ts";
import { givenProposal, tuningState } from "../support/given.ts";

describe("the line about a session", () => {
  it("says what is awaited, in which phase, and the losses", () => {
    const { state } = givenProposal();
    expect(toSessionSummary(state ?? expect.fail())).toMatchObject({
      session: "s1",
      business_unit: "emea",
      requested_by: "ann",
      status: "running",
      phase: "methodology validation",
      iteration: 1,
      baseline_loss: 0.2,
      best_loss: 0.2,
      open_escalation: null,
      deadline: state?.wait?.deadline,
    });
  });

  it("names an escalation that is open", () => {
    const wait = { for: "person", key: "e1", deadline: null } as const;
    expect(toSessionSummary(tuningState({ status: "waiting", wait }))).toMatchObject({
      open_escalation: "e1",
      phase: "rejection handling",
      deadline: null,
    });
  });

  it("of a session of which only the name is known has no figures", () => {
    expect(
      toSessionSummary(createSessionState("s9", "apac", "2026-01-05T10:00:00.000Z")),
    ).toMatchObject({
      status: "log",
      phase: "",
      baseline_loss: null,
      best_loss: null,
    });
  });

  it("is read back strictly: what is no summary is damaged, and says so", () => {
    const summary = toSessionSummary(tuningState({}));
    expect(parseSummary(JSON.stringify(summary))).toEqual(summary);
    for (const text of ["", "{}", "[]", JSON.stringify({ ...summary, iteration: "3" })]) {
      expect(() => parseSummary(text)).toThrow(/damaged/);
    }
  });
});
