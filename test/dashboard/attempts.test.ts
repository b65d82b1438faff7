import { describe, expect, it } from "vitest";
import { listAttempts } from "../../dashboard/attempts.ts";
import { smallEvents } from "./report-fixture.ts";

describe("attempts of a session", () => {
  it("stand once each, in order, with how they ended and why", () => {
    const attempts = listAttempts(smallEvents("tv decay up"));
    expect(attempts).toMatchObject([
      { proposal: "w1.1", iteration: 1, reasoning: "tv decay up", end: "accepted" },
      { proposal: "w2.1", iteration: 2, end: "vetoed" },
    ]);
    expect(attempts[1]?.because).toBe("research_persona: adstock stays geometric");
  });

  it("stay open while nothing has ended them", () => {
    const [first] = listAttempts(smallEvents().slice(0, 2));
    expect(first).toMatchObject({ end: "open", because: "", loss: null });
    expect(listAttempts([])).toEqual([]);
  });

  it("show words from outside escaped, and no reasoning that is none", () => {
    const [first] = listAttempts(smallEvents("up\u202e\u0007"));
    for (const unseen of ["\u202e", "\u0007"]) expect(first?.reasoning).not.toContain(unseen);
    const raw = smallEvents().map((event) =>
      event.type === "ProposalMade" ? { ...event, data: { ...event.data, raw: "{oops" } } : event,
    );
    expect(listAttempts(raw as typeof raw & ReturnType<typeof smallEvents>)[0]?.reasoning).toBe("");
  });
});
