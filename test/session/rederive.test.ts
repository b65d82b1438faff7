/** A history against the rules. */
import { describe, expect, it } from "vitest";
import { rederive } from "../../session/rederive.ts";
import type { Recorded } from "../../schemas/event.ts";
import { type Given, givenProposal, recorded, reviewed, vetoed } from "../support/given.ts";

/** The session's history as it would be recorded. */
function historyOf(given: Given): Recorded[] {
  return given.history.map((event) => recorded(event));
}

const none = () => null;

describe("a history", () => {
  it("follows when every decision is what the rules make of it", () => {
    const given = givenProposal();
    given.when(vetoed("w1.1"));
    given.when(reviewed("w1.1"));
    const events = historyOf(given);
    expect(given.types).toContain("OutcomeRefused");
    expect(rederive(events, none)).toEqual({
      kind: "follows",
      logicVersion: 2,
      records: events.length,
    });
  });

  it("differs at the first event that the rules would not have recorded", () => {
    const events = historyOf(givenProposal());
    const at = events.findIndex(({ type }) => type === "TrainingRequested");
    const other = events.with(at, {
      ...events[at],
      data: { ...events[at]?.data, seed: 8 },
    } as Recorded);
    expect(rederive(other, none)).toMatchObject({
      kind: "differs",
      difference: {
        seq: at + 1,
        recorded: expect.stringContaining('"seed":8'),
        derived: expect.stringContaining('"seed":7'),
      },
    });
  });

  it("differs where an event was left out, was added, or is missing at the end", () => {
    const events = historyOf(givenProposal());
    const at = events.findIndex(({ type }) => type === "TrainingRequested");
    const without = rederive(events.toSpliced(at, 1), none);
    expect(without).toMatchObject({ kind: "differs", difference: { seq: at + 1 } });
    const cut = rederive(events.slice(0, 2), none);
    expect(cut).toMatchObject({
      kind: "differs",
      difference: { seq: 3, recorded: "nothing", derived: "ProposalMade" },
    });
  });

  it("differs where a signature does not hold", () => {
    const events = historyOf(givenProposal());
    const found = rederive(events, (_state, { type }) =>
      type === "ProposalCleared" ? "the signature is not the guard's" : null,
    );
    expect(found).toMatchObject({
      kind: "differs",
      difference: { derived: expect.stringContaining("OutcomeRefused") },
    });
  });

  it("that never started counts as one of the first rules", () => {
    expect(rederive([], none)).toEqual({ kind: "follows", logicVersion: 1, records: 0 });
  });
});
