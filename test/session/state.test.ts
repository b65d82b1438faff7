/** Names and sets that a state is read by. */
import { describe, expect, it } from "vitest";
import {
  parseAttempt,
  hasSeen,
  OPEN_STATUSES,
  PHASES,
  formatProposalId,
  toSeenKey,
} from "../../session/state.ts";
import { tuningState } from "../support/given.ts";

describe("a proposal's id", () => {
  it("names the work item and the attempt", () => {
    expect(formatProposalId("w2", 3)).toBe("w2.3");
    expect(parseAttempt("w2.3")).toBe(3);
    expect(parseAttempt("a.b.12")).toBe(12);
  });

  it.each(["", "w2", "w2.", "w2.x", "w2.1234567890"])("names no attempt in %o", (text) => {
    expect(parseAttempt(text)).toBe(0);
  });
});

describe("events that were seen", () => {
  it("are known by their first twelve digits", () => {
    const id = "01234567-89ab-5def-8123-456789abcdef";
    expect(toSeenKey(id)).toBe("0123456789ab");
    expect(hasSeen(tuningState({ seen: [toSeenKey(id)] }), id)).toBe(true);
    expect(hasSeen(tuningState({ seen: [] }), id)).toBe(false);
  });
});

describe("what may still happen", () => {
  it("is said by status, and each wait belongs to a phase", () => {
    expect(OPEN_STATUSES).toEqual(["running", "waiting", "log"]);
    expect(new Set(Object.values(PHASES)).size).toBe(5);
  });
});
