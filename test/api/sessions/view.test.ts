import { describe, expect, it } from "vitest";
import type { Waiting } from "../../../api/intake/queue.ts";
import { createQueuedView, createSessionDetail, isFinished } from "../../../api/sessions/view.ts";
import { toSessionSummary } from "../../../session/summary.ts";
import { givenBaseline } from "../../support/given.ts";

describe("what callers see of a session", () => {
  it("is its summary with what the state says", () => {
    const state = givenBaseline().state!;
    const snapshot = {
      session: state.session,
      summary: toSessionSummary(state),
      state: JSON.stringify(state),
      seq: 7,
      head: "h",
    };
    expect(createSessionDetail(snapshot as never)).toMatchObject({
      session: "s1",
      business_unit: "emea",
      status: "running",
      seq: 7,
      head: "h",
      seed: 7,
      methodology_digest_now: "method",
      config_digest: "base",
      pending_proposals: 0,
      decision: null,
    });
  });

  it("of one that waits is how many of its unit stand before it", () => {
    const row = (session: string, business_unit: string, offset: number) =>
      ({ session, business_unit, requested_by: "ann", since: "t", offset }) as Waiting;
    const all = [
      row("a", "emea", 1),
      row("b", "apac", 2),
      row("c", "emea", 3),
      row("d", "emea", 4),
    ];
    expect(createQueuedView(all[2]!, all)).toEqual({
      session: "c",
      business_unit: "emea",
      status: "queued",
      requested_by: "ann",
      since: "t",
      ahead_in_unit: 1,
    });
  });

  it("is final where nothing more will happen", () => {
    expect(["completed", "aborted", "cancelled", "failed"].every(isFinished)).toBe(true);
    expect(["running", "waiting"].some(isFinished)).toBe(false);
  });
});
