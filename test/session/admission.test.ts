/** Which outcomes are admitted, one row per rule. */
import { describe, expect, it } from "vitest";
import { CHECKS_V1, CHECKS_V2, findRefusalReason } from "../../session/admission.ts";
import type { Checks } from "../../session/rules.ts";
import { stateOfFields } from "../../session/stages.ts";
import { PENDING_MAX, type SessionState, type Wait, type WaitFor } from "../../session/state.ts";
import type { Event } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import {
  cleared,
  decidedBy,
  explained,
  made,
  recorded,
  REQUEST,
  reviewed,
  routed,
  trained,
  tuningState,
  vetoed,
  workItem,
} from "../support/given.ts";

function refusal(state: SessionState, event: Event, checks: Checks = CHECKS_V2): string | null {
  return findRefusalReason(state, recorded(event), checks);
}

function waiting(what: WaitFor, key: string): Wait {
  return { for: what, key, deadline: null };
}

const CANDIDATE = {
  proposal: "w1.1",
  config: "{}",
  config_digest: "better",
  methodology_digest: "method",
  clearance: "c",
  changes: [],
  trained: null,
};

/** A session that tunes and waits for this. */
function at(what: WaitFor, key = "w1.1"): SessionState {
  const work_item = workItem({ candidate: CANDIDATE });
  return tuningState({ iteration: 1, work_item, wait: waiting(what, key) });
}

/** Tuning is over and this is awaited. */
function closing(what: WaitFor): SessionState {
  const state = tuningState({ wait: waiting(what, "base") });
  return stateOfFields({ ...state, work_item: null, stopped_because: "all iterations used" });
}

const failedBy = (
  role: "data_scientist" | "stakeholder" | "business_analyst",
  work_item = "w1",
): Event => ({
  type: "AgentFailed",
  data: {
    work_item,
    attempt: work_item === "" ? 0 : 1,
    role,
    code: "x",
    message: "m",
    reasoner: BUILTIN_REASONER,
  },
});
const answeredBy = (role: "data_scientist" | "business_analyst"): Event => ({
  type: "AgentAnswered",
  data: {
    work_item: "w1",
    attempt: 1,
    role,
    kind: "advice",
    text: "",
    constraints: [],
    citations: [],
    reasoner: BUILTIN_REASONER,
  },
});
const submitted: Event = { type: "ProposalSubmitted", data: { submitted_by: "bob", text: "t" } };
const deadline = (waited_for: string, key: string): Event => ({
  type: "DeadlinePassed",
  data: { deadline: key, waited_for },
});
const lockedRefused: Event = { type: "LockedTestRefused", data: { code: "c", reason: "r" } };
const deployed = {
  type: "DeploymentDecided",
  data: {
    decision: "approve",
    rationale: "",
    conditions: [],
    success_criteria: [],
    monitoring: [],
    rollback: "",
    next_review_weeks: 4,
    forecast_use: null,
    budget_use: null,
    grounds: null,
    reasoner: BUILTIN_REASONER,
  },
} satisfies Event;

const ADMITTED: readonly [string, SessionState, Event][] = [
  ["a route that is awaited", at("routing"), routed("w1.1")],
  ["a proposal of who was asked", at("answer"), made("w1.1")],
  ["an answer of who was asked", at("answer"), answeredBy("data_scientist")],
  ["a failure of who was asked", at("answer"), failedBy("data_scientist")],
  ["a failure of the review", at("review"), failedBy("business_analyst")],
  ["a failure of the approval", closing("approval"), failedBy("stakeholder", "")],
  ["a clearance of the accepted methodology", at("verdict"), cleared("w1.1", "better")],
  ["a veto", at("verdict"), vetoed("w1.1")],
  ["an explanation", at("explanation"), explained("w1.1")],
  ["a model of the cleared configuration", at("training"), trained("w1.1", "better", 0.1)],
  ["a review", at("review"), reviewed("w1.1")],
  ["a person's decision", at("person", "e1"), decidedBy("e1", "abort")],
  ["the deadline of the wait", at("answer"), deadline("answer", "w1.1")],
  ["the locked test", closing("locked_test"), lockedRefused],
  ["a decision on deployment", closing("approval"), deployed],
  ["a person's text", at("answer"), submitted],
  ["a cancellation", at("answer"), { type: "SessionCancelled", data: { by: "a", reason: "" } }],
];

const REFUSED: readonly [string, SessionState, Event, string][] = [
  ["a second request", at("answer"), REQUEST, "requested before"],
  [
    "an event of the coordinator",
    at("answer"),
    { type: "SessionSealed", data: { seal: "x" } },
    "does not take",
  ],
  [
    "a route of another attempt",
    at("routing", "w1.2"),
    routed("w1.1"),
    "what is awaited does not fit",
  ],
  ["a route while another thing is awaited", at("answer"), routed("w1.1"), "answer is"],
  ["a proposal of another author", at("answer"), by("stakeholder", made("w1.1")), "the author"],
  [
    "a proposal of who was asked and may not propose",
    asked("business_analyst"),
    by("business_analyst", made("w1.1")),
    "a role that proposes",
  ],
  ["a proposal under another id", at("answer"), renamed(made("w1.1"), "w1.2"), "the proposal's id"],
  ["an answer of another role", at("answer"), answeredBy("business_analyst"), "the role"],
  ["a failure of another role", at("answer"), failedBy("stakeholder"), "the role"],
  [
    "a failure of an earlier attempt",
    at("answer", "w1.2"),
    failedBy("data_scientist"),
    "what is awaited",
  ],
  [
    "a task's failure while approval is awaited",
    closing("approval"),
    failedBy("stakeholder", "w1"),
    "the task",
  ],
  [
    "another role's failure of the approval",
    closing("approval"),
    failedBy("business_analyst", ""),
    "the role",
  ],
  ["an agent's failure of the review", at("review"), failedBy("stakeholder"), "the role"],
  [
    "a clearance from another base",
    at("verdict"),
    cleared("w1.1", "b", { base_digest: "x" }),
    "the base",
  ],
  [
    "a clearance of another methodology",
    at("verdict"),
    cleared("w1.1", "b", { methodology_digest: "x" }),
    "the methodology",
  ],
  [
    "a clearance by another specification",
    at("verdict"),
    cleared("w1.1", "b", { spec_digest: "x" }),
    "the specification",
  ],
  [
    "a model of another configuration",
    at("training"),
    trained("w1.1", "other", 0.1),
    "the configuration",
  ],
  [
    "a decision on another escalation",
    at("person", "e2"),
    decidedBy("e1", "abort"),
    "late, repeated",
  ],
  [
    "a decision that is no choice",
    at("person", "e1"),
    decidedBy("e1", "approve"),
    "no such choice",
  ],
  [
    "a decision while no person is awaited",
    at("answer"),
    decidedBy("e1", "abort"),
    "late, repeated",
  ],
  [
    "the deadline of an earlier wait",
    at("answer", "w1.2"),
    deadline("answer", "w1.1"),
    "the wait is over",
  ],
  ["a deadline for another wait", at("answer"), deadline("training", "w1.1"), "the wait is over"],
  ["a locked test that was not asked for", at("answer"), lockedRefused, "answer is"],
  ["a deployment decision before the approval", closing("locked_test"), deployed, "locked_test is"],
];

function asked(role: "business_analyst"): SessionState {
  const wait = waiting("answer", "w1.1");
  return tuningState({ iteration: 1, work_item: workItem({ role }), wait });
}

function by(author: string, event: Event): Event {
  return { ...event, data: { ...event.data, author } } as Event;
}

function renamed(event: Event, proposal: string): Event {
  return { ...event, data: { ...event.data, proposal } } as Event;
}

describe("what a session admits", () => {
  it.each(ADMITTED)("%s", (_what, state, event) => {
    expect(refusal(state, event)).toBeNull();
  });
});

describe("what a session refuses", () => {
  it.each(REFUSED)("%s", (_what, state, event, reason) => {
    expect(refusal(state, event)).toContain(reason);
  });

  it("everything once it is over", () => {
    const over = stateOfFields({ ...tuningState(), status: "aborted", stopped_because: "enough" });
    for (const [, , event] of ADMITTED) {
      expect(refusal(over, event)).toBe("the session is aborted");
    }
  });

  it("texts beyond the number that may wait", () => {
    const pending = Array.from({ length: PENDING_MAX }, () => ({ submitted_by: "b", text: "t" }));
    expect(refusal(tuningState({ pending }), submitted)).toBe("too many proposals are waiting");
    expect(refusal(tuningState({ pending: pending.slice(1) }), submitted)).toBeNull();
  });

  it("a text that comes when tuning is over, but not by the first rules", () => {
    expect(refusal(closing("locked_test"), submitted)).toBe("tuning is over: all iterations used");
    expect(refusal(closing("locked_test"), submitted, CHECKS_V1)).toBeNull();
  });

  it("takes no clearance to task over the base while the baseline itself is judged", () => {
    const fields = { ...tuningState(), baseline: null, accepted: null, spec_digest: null };
    const work_item = workItem({ id: "w0" });
    const baseline = stateOfFields({ ...fields, work_item, wait: waiting("verdict", "w0.1") });
    expect(refusal(baseline, cleared("w0.1", "any", { base_digest: "x" }))).toBeNull();
  });
});
