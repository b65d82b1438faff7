import { afterEach, describe, expect, it } from "vitest";
import { sendToInbox } from "../../producers/request.ts";
import type { Recorded } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { createManifest, verifyExport } from "../../session/audit.ts";
import { describeEscalation } from "../../session/escalation-view.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { LIMITS } from "../support/given.ts";
import { eventsOf, inputOf, request, startSystem, until } from "../support/system.ts";

const opened: TestBackend[] = [];
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

/** A Data Scientist that wants another carryover function, and says so to terminals, too. */
const attack = {
  propose: async () => ({
    changes: [{ path: "adstock.max_lag_weeks", to: 1 }],
    reasoning: "a better curve \u001b[2J",
    searchScore: null,
    evaluations: 0,
    note: BUILTIN_REASONER,
  }),
};

async function historyWith(limits: Partial<typeof LIMITS>): Promise<readonly Recorded[]> {
  const backend = await BACKENDS[0]!.open();
  opened.push(backend);
  const { log } = backend;
  const system = await startSystem({ ...backend, reasoners: attack });
  await request(log, "s1", { limits: { ...LIMITS, max_iterations: 1, ...limits } });
  await until(log, "s1", "EscalationRaised");
  if (limits.person_timeout_s !== 0) await until(log, "s1", "DeadlinePassed");
  const decide = (choice: string) =>
    sendToInbox(log, inputOf("s1", choice), {
      type: "HumanDecided",
      data: {
        escalation: "e1",
        choice,
        instruction: null,
        decided_by: "ann",
        reason: "seen \u001b[2J",
      },
    });
  await decide("keep_current");
  const late = limits.person_timeout_s !== 0;
  const entries = await until(log, "s1", late ? "DecisionRefused" : "SessionSealed");
  if (!entries.some(({ event }) => event.type === "SessionSealed")) await until(log, "s1");
  await system.stop();
  const lines = [...entries.map(({ line }) => line), { manifest: createManifest("s1", entries) }];
  expect(verifyExport(lines).fault).toBeNull();
  return eventsOf(entries);
}

describe("an escalation", () => {
  it("that a person decided has all attempts before it, and the decision", async () => {
    const events = await historyWith({ person_timeout_s: 0 });
    const view = describeEscalation(events, "e1");
    expect(view).toMatchObject({
      session: "s1",
      business_unit: "emea",
      status: "decided",
      decide_by: null,
      decision: { choice: "keep_current", decided_by: "ann" },
      refused_decisions: [],
      attempts: [
        { proposal: "w1.1", author: "data_scientist", layer: "rules", count: 1 },
        { count: 2, citations: ["jin_2017"], permitted: "tune within the ranges" },
        { count: 3, violations: [{ code: "path_protected", path: "adstock.max_lag_weeks" }] },
      ],
    });
    expect(JSON.stringify(view)).not.toContain("\u001b");
    const raised = events.findIndex(({ type }) => type === "EscalationRaised");
    const then = describeEscalation(events.slice(0, raised + 1), "e1");
    expect(then).toMatchObject({ status: "open", decision: null });
    expect(describeEscalation(events, "e2")).toBeNull();
  });

  it("that nobody decided in time took the default; a decision after that is refused", async () => {
    const events = await historyWith({ person_timeout_s: 1, person_default: "keep_current" });
    const view = describeEscalation(events, "e1");
    expect(view).toMatchObject({
      status: "decided",
      decision: { choice: "keep_current", decided_by: null },
      refused_decisions: [{ decided_by: "ann" }],
    });
    const raised = Date.parse(view?.raised_at ?? "");
    expect(Date.parse(view?.decide_by ?? "")).toBe(raised + 1_000);
    expect(events.some(({ type }) => type === "HumanDecided")).toBe(false);
  });
});
