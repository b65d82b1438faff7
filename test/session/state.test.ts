/** Names and sets that a state is read by. */
import { describe, expect, it } from "vitest";
import {
  attemptOf,
  hasSeen,
  OPEN_STATUSES,
  PHASES,
  proposalId,
  seenKey,
} from "../../session/state.ts";
import { tuningState } from "../support/given.ts";

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
