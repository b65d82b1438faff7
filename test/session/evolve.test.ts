/** What each event does to a session's state. */
import { describe, expect, it } from "vitest";
import { evolve, replay } from "../../session/evolve.ts";
import { CONSTRAINTS_MAX, SEEN_MAX, type SessionState } from "../../session/state.ts";
import type { Event } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import {
  givenBaseline,
  givenProposal,
  LIMITS,
  made,
  NOW,
  recorded,
  REQUEST,
  reviewed,
  routed,
  tuningState,
  vetoed,
  workItem,
} from "../support/given.ts";

function fold(state: SessionState | null, event: Event, time = NOW): SessionState {
  return evolve(state, recorded(event, time));
}

const MS = Date.parse(NOW);

describe("the wait of a session", () => {
  it.each<[string, SessionState, Event, unknown]>([
    [
      "a routed task is for its answer",
      tuningState(),
      routed("w1.1"),
      { for: "answer", key: "w1.1", deadline: MS + LIMITS.agent_timeout_s * 1000 },
    ],
    ["a proposal is for its verdict", tuningState(), made("w1.1"), { for: "verdict", key: "w1.1" }],
    ["a veto is for its explanation", tuningState(), vetoed("w1.1"), { for: "explanation" }],
    ["a review is for nothing", givenProposal().state as SessionState, reviewed("w1.1"), null],
  ])("after %s", (_what, state, event, wait) => {
    if (wait === null) expect(fold(state, event).wait).toBeNull();
    else expect(fold(state, event).wait).toMatchObject(wait as object);
  });

  it("has no deadline where the limit is 0", () => {
    const limits = { ...LIMITS, agent_timeout_s: 0 };
    expect(fold(tuningState({ limits }), made("w1.1")).wait?.deadline).toBeNull();
  });

  it("for a person runs as long as people have", () => {
    const data = {
      escalation: "e1",
      work_item: "w1",
      iteration: 1,
      reason: "",
      proposed: "",
      violations: [],
      feedback: [],
      options: [],
      default_choice: "abort",
      timeout_s: 10,
    };
    const state = fold(tuningState({ work_item: workItem() }), { type: "EscalationRaised", data });
    expect(state).toMatchObject({
      status: "waiting",
      wait: { for: "person", key: "e1", deadline: MS + 10_000 },
      counters: { escalations: 1 },
    });
  });
});

describe("an iteration's end", () => {
  const { accepted } = tuningState();
  const candidate = { ...accepted, config_digest: "better" };
  const state = tuningState({ work_item: workItem({ candidate }), no_improvement: 2 });
  const ended = (outcome: string): SessionState =>
    fold(state, {
      type: "IterationCompleted",
      data: {
        iteration: 1,
        work_item: "w1",
        outcome,
        proposal: null,
        loss: null,
        best_loss: 0,
        convergence: 0.7,
        accepted_digest: "",
        methodology_digest: "",
      },
    });

  it("puts the candidate in force when it was accepted, and begins to count anew", () => {
    expect(ended("accepted")).toMatchObject({
      accepted: { config_digest: "better" },
      no_improvement: 0,
      convergence: 0.7,
      work_item: null,
      wait: null,
    });
  });

  it.each(["not_improved", "rejected", "answered"])("keeps what is in force when %s", (outcome) => {
    expect(ended(outcome)).toMatchObject({
      accepted: { config_digest: "base" },
      no_improvement: 3,
      work_item: null,
    });
  });
});

describe("what accumulates", () => {
  const bound = (path: string) => ({ path, minimum: 0, maximum: 1 }) as never;

  const answered: Event = {
    type: "AgentAnswered",
    data: {
      work_item: "w1",
      attempt: 1,
      role: "business_analyst",
      kind: "constraints",
      text: "",
      constraints: [bound("new")],
      citations: [],
      reasoner: BUILTIN_REASONER,
    },
  };
  const found = reviewed("w1.1");
  const data: object = { ...found.data, constraints: [bound("new")] };

  it.each<[string, Event]>([
    ["an answer", answered],
    ["a review", { ...found, data } as Event],
  ])("are the constraints of %s: the latest, a bounded number", (_of, event) => {
    const added = fold(tuningState({ constraints: [bound("old")] }), event).constraints;
    expect(added).toEqual([bound("old"), bound("new")]);
    const held = Array.from({ length: CONSTRAINTS_MAX }, (_, index) => bound(`p${index}`));
    const full = fold(tuningState({ constraints: held }), event).constraints;
    expect([full.length, full[0], full.at(-1)]).toEqual([CONSTRAINTS_MAX, held[1], bound("new")]);
  });

  it("is feedback: the last ten reasons", () => {
    let state: SessionState = tuningState({ work_item: workItem() });
    for (let count = 1; count <= 12; count += 1) {
      const data = {
        work_item: "w1",
        proposal: `w1.${count}`,
        content_digest: `c${count}`,
        count,
        by: "system" as const,
        reason: `r${count}`,
        next: "person",
      };
      state = fold(state, { type: "ProposalRejected", data });
    }
    expect(state.work_item?.feedback).toEqual(Array.from({ length: 10 }, (_, at) => `r${at + 3}`));
    expect(state.work_item?.rejections).toBe(12);
    expect(state.refusals).toMatchObject({ c1: 1, c12: 12 });
    expect(state.counters.rejections).toBe(12);
  });

  it("are costs of every answer", () => {
    const note = { ...BUILTIN_REASONER, input_tokens: 5, output_tokens: 7, cost_usd: 0.25 };
    const event = reviewed("w1.1");
    const paid = { ...event, data: { ...event.data, reasoner: note } } as Event;
    const twice = fold(fold(tuningState(), paid), paid);
    expect(twice.counters).toMatchObject({ input_tokens: 10, output_tokens: 14, cost_usd: 0.5 });
  });

  it("are events that were seen: the last ones, what was refused among them", () => {
    let state: SessionState = tuningState();
    for (let count = 0; count < SEEN_MAX + 5; count += 1) state = fold(state, vetoed("w1.1"));
    expect(state.seen).toHaveLength(SEEN_MAX);
    const data = { event_type: "x", event_id: "y", code: "c", reason: "r" };
    const refused = recorded({ type: "OutcomeRefused", data });
    expect(evolve(state, refused).seen.length).toBe(SEEN_MAX);
    expect(evolve(tuningState({ seen: [] }), refused).seen).toHaveLength(2);
    expect(evolve(state, refused).counters.refused_outcomes).toBe(1);
  });
});

describe("texts that wait", () => {
  const stated = (kind: string, attempt: number): Event => ({
    type: "TaskStated",
    data: {
      work_item: "w1",
      iteration: 1,
      attempt,
      kind,
      author: "person",
      text: "t",
      pinned: null,
      excluded: [],
      feedback: [],
      constraints: [],
      instruction: null,
      base_digest: "base",
      seed: 1,
      evaluations: 1,
      timeout_s: 60,
    },
  });
  const pending = [
    { submitted_by: "ann", text: "first" },
    { submitted_by: "bob", text: "second" },
  ];

  it.each([
    ["taken up by a first attempt at a text", "free_text", 1, ["second"]],
    ["left by a second attempt at it", "free_text", 2, ["first", "second"]],
    ["left by a task of the system", "tune", 1, ["first", "second"]],
  ])("are %s", (_what, kind, attempt, left) => {
    const after = fold(tuningState({ pending }), stated(kind, attempt));
    expect(after.pending.map(({ text }) => text)).toEqual(left);
    expect(after.wait).toMatchObject({ for: "routing", key: `w1.${attempt}` });
  });
});

describe("times", () => {
  it("are the envelopes', and never go back", () => {
    const state = fold(null, REQUEST, "2026-01-05T10:00:00.000Z");
    expect(state).toMatchObject({ started: state.updated, stage: "baseline", status: "running" });
    const later = fold(state, vetoed("w0.1"), "2026-01-05T10:00:05.000Z");
    expect(later.updated).toBe("2026-01-05T10:00:05.000Z");
    expect(fold(later, vetoed("w0.1"), "2026-01-05T09:00:00.000Z").updated).toBe(later.updated);
  });
});

describe("a replay", () => {
  it("is the fold from nothing; of no events it is no session", () => {
    const { history, state } = givenBaseline();
    expect(replay(history.map((event) => recorded(event)))).toMatchObject({
      stage: state?.stage,
      wait: state?.wait,
      counters: state?.counters,
    });
    expect(replay([])).toBeNull();
  });

  it("counts the refusals that a fork brings", () => {
    const asked = { ...REQUEST, data: { ...REQUEST.data, lineage: ["a", "b", "a"] } } as Event;
    expect(fold(null, asked).refusals).toEqual({ a: 2, b: 1 });
  });

  it("knows a session by name alone from an operator's act", () => {
    const data = { action: "redrive", subject: "x", by: "ann", detail: "{}" };
    expect(fold(null, { type: "OperatorActed", data })).toMatchObject({
      stage: "named",
      status: "log",
    });
  });
});
