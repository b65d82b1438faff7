/** Names and sets that a state is read by. */
import { describe, expect, it } from "vitest";
import {
  attemptOf,
  emptyState,
  hasSeen,
  OPEN_STATUSES,
  PHASES,
  proposalId,
  seenKey,
} from "../../session/state.ts";
import { summaryOf } from "../../session/summary.ts";
import { givenProposal, tuningState } from "../support/given.ts";

describe("a proposal's id", () => {
  it("names the work item and the attempt", () => {
    expect(proposalId("w2", 3)).toBe("w2.3");
    expect(attemptOf("w2.3")).toBe(3);
    expect(attemptOf("a.b.12")).toBe(12);
  });

  it.each(["", "w2", "w2.", "w2.x", "w2.1234567890"])("names no attempt in %o", (text) => {
    expect(attemptOf(text)).toBe(0);
  });
});

describe("events that were seen", () => {
  it("are known by their first twelve digits", () => {
    const id = "01234567-89ab-5def-8123-456789abcdef";
    expect(seenKey(id)).toBe("0123456789ab");
    expect(hasSeen(tuningState({ seen: [seenKey(id)] }), id)).toBe(true);
    expect(hasSeen(tuningState({ seen: [] }), id)).toBe(false);
  });
});

describe("what may still happen", () => {
  it("is said by status, and each wait belongs to a phase", () => {
    expect(OPEN_STATUSES).toEqual(["running", "waiting", "log"]);
    expect(new Set(Object.values(PHASES)).size).toBe(5);
  });
});

describe("the line about a session", () => {
  it("says what is awaited, in which phase, and the losses", () => {
    const { state } = givenProposal();
    expect(summaryOf(state ?? expect.fail())).toMatchObject({
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
    expect(summaryOf(tuningState({ status: "waiting", wait }))).toMatchObject({
      open_escalation: "e1",
      phase: "rejection handling",
      deadline: null,
    });
  });

  it("of a session of which only the name is known has no figures", () => {
    expect(summaryOf(emptyState("s9", "apac", "2026-01-05T10:00:00.000Z"))).toMatchObject({
      status: "log",
      phase: "",
      baseline_loss: null,
      best_loss: null,
    });
  });
});
