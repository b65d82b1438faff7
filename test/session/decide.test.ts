import { describe, expect, it } from "vitest";
import type { Event } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { followThrough, STEP_EVENTS_MAX } from "../../session/decide.ts";
import { evolve } from "../../session/evolve.ts";
import { CURRENT_LOGIC, rulesOf } from "../../session/logic.ts";
import {
  cleared,
  decidedBy,
  explained,
  Given,
  givenBaseline,
  givenProposal,
  made,
  metrics,
  recorded,
  REQUEST,
  reviewed,
  routed,
  trained,
  vetoed,
} from "../support/given.ts";

function typesOf(events: readonly Event[]): string[] {
  return events.map((event) => event.type);
}

/** Two refusals of the same work item: the third is near. */
function refusedTwice(): Given {
  const given = givenProposal();
  given.when(vetoed("w1.1", "a"));
  given.when(explained("w1.1"));
  given.when(routed("w1.2"));
  given.when(made("w1.2"));
  given.when(vetoed("w1.2", "b"));
  given.when(explained("w1.2"));
  return given;
}

function refusedThrice(): Given {
  const given = refusedTwice();
  given.when(routed("w1.3", "business_analyst"));
  given.when({
    type: "AgentAnswered",
    data: {
      work_item: "w1",
      attempt: 3,
      role: "business_analyst",
      kind: "constraints",
      text: "narrower",
      constraints: [{ path: "hyperparameters.tv.decay", min: 0.3, max: 0.6, reason: "refused" }],
      citations: [],
      reasoner: BUILTIN_REASONER,
    },
  });
  given.when(routed("w1.4"));
  given.when(made("w1.4"));
  given.when(vetoed("w1.4", "c"));
  given.when(explained("w1.4"));
  return given;
}

describe("a session", () => {
  it("sends its baseline to the guard like any proposal", () => {
    const given = new Given();
    expect(typesOf(given.when(REQUEST))).toEqual([
      "SessionRequested",
      "SessionStarted",
      "ProposalMade",
    ]);
    expect(given.waits).toBe("verdict w0.1");
  });

  it("fails when the baseline is vetoed", () => {
    const given = new Given();
    given.when(REQUEST);
    given.when(vetoed("w0.1"));
    given.when(explained("w0.1"));
    expect(given.state?.status).toBe("failed");
  });

  it("accepts a cleared, trained and reviewed improvement and states the next task", () => {
    const given = givenProposal();
    given.when(cleared("w1.1", "better"));
    given.when(trained("w1.1", "better", 0.15));
    const events = given.when(reviewed("w1.1"));
    expect(typesOf(events)).toEqual(["BusinessReviewed", "IterationCompleted", "TaskStated"]);
    expect(given.state?.accepted?.config_digest).toBe("better");
    expect(given.waits).toBe("routing w2.1");
  });

  it("keeps the configuration when training shows no improvement", () => {
    const given = givenProposal();
    given.when(cleared("w1.1", "worse"));
    given.when(trained("w1.1", "worse", 0.25));
    given.when(reviewed("w1.1"));
    expect(given.state?.accepted?.config_digest).toBe("base");
    expect(given.state?.no_improvement).toBe(1);
  });

  it("does not train a proposal that changes nothing", () => {
    const given = givenProposal();
    const events = given.when(cleared("w1.1", "base"));
    expect(typesOf(events)).toEqual(["ProposalCleared", "IterationCompleted", "TaskStated"]);
  });

  it("goes on to locked test, approval and the end when all iterations are used", () => {
    const given = givenBaseline();
    for (const item of ["w1", "w2", "w3"]) {
      given.when(routed(`${item}.1`));
      given.when(made(`${item}.1`));
      given.when(
        cleared(`${item}.1`, item, { base_digest: given.state?.accepted?.config_digest ?? "" }),
      );
      given.when(trained(`${item}.1`, item, 0.15));
      given.when(reviewed(`${item}.1`));
    }
    expect(given.waits).toBe(`locked_test ${given.state?.accepted?.config_digest}`);
    given.when({
      type: "LockedTestEvaluated",
      data: {
        baseline: metrics(0.2),
        final: metrics(0.15),
        weeks: 13,
        contradicts: false,
        comparisons: [],
        rule: "",
      },
    });
    expect(given.waits).toContain("approval");
    given.when({
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
    });
    expect(given.history.at(-1)).toMatchObject({
      type: "SessionCompleted",
      data: {
        status: "completed",
        methodology_digest_start: "method",
        methodology_digest_end: "method",
      },
    });
  });

  it("stops tuning once the convergence score reaches the threshold", () => {
    const given = givenBaseline();
    given.when(routed("w1.1"));
    given.when(made("w1.1", "{}", 0.99));
    given.when(cleared("w1.1", "better"));
    given.when({
      ...trained("w1.1", "better", 0.1),
      data: { ...(trained("w1.1", "better", 0.1).data as object), roi_stability: 0.97 },
    } as Event);
    const events = given.when(reviewed("w1.1"));
    expect(events.at(-1)).toMatchObject({ type: "LockedTestRequested" });
  });
});

describe("the rejection ladder", () => {
  it("sends a first refusal back to the originator with the feedback", () => {
    const given = givenProposal();
    given.when(vetoed("w1.1"));
    const events = given.when(explained("w1.1"));
    expect(events).toMatchObject([
      { type: "RejectionExplained" },
      { type: "ProposalRejected", data: { count: 1, next: "originator" } },
      {
        type: "TaskStated",
        data: {
          attempt: 2,
          pinned: "data_scientist",
          feedback: [expect.stringContaining("geometric")],
        },
      },
    ]);
  });

  it("sends a second refusal to the alternative agent", () => {
    expect(refusedTwice().history.at(-1)).toMatchObject({
      type: "TaskStated",
      data: { attempt: 3, pinned: "business_analyst", excluded: ["data_scientist"] },
    });
  });

  it("takes the alternative's constraints and hands a third refusal to a person", () => {
    const given = refusedThrice();
    expect(given.state?.constraints).toHaveLength(1);
    expect(given.history.at(-1)).toMatchObject({
      type: "EscalationRaised",
      data: { escalation: "e1", options: ["resume", "keep_current", "abort"] },
    });
    expect(given.state?.status).toBe("waiting");
  });

  it("counts by content: the same refused text in a later work item is not a first refusal", () => {
    const given = givenProposal();
    given.when(vetoed("w1.1", "same"));
    given.when(explained("w1.1"));
    given.when(routed("w1.2"));
    given.when(made("w1.2"));
    given.when(cleared("w1.2", "base"));
    given.when(routed("w2.1"));
    given.when(made("w2.1"));
    given.when(vetoed("w2.1", "same"));
    const events = given.when(explained("w2.1"));
    expect(events[1]).toMatchObject({ data: { count: 2, next: "alternative" } });
  });

  it("starts from the refusals of the session it was forked from", () => {
    const given = new Given();
    given.when({ ...REQUEST, data: { ...REQUEST.data, lineage: ["same", "same"] } } as Event);
    given.when(cleared("w0.1", "base"));
    given.when(trained("w0.1", "base", 0.2));
    given.when(routed("w1.1"));
    given.when(made("w1.1"));
    given.when(vetoed("w1.1", "same"));
    const events = given.when(explained("w1.1"));
    expect(events[1]).toMatchObject({ data: { count: 3, next: "person" } });
  });

  it("treats a critical business finding as a refusal", () => {
    const given = givenProposal();
    given.when(cleared("w1.1", "odd"));
    given.when(trained("w1.1", "odd", 0.1));
    const events = given.when(reviewed("w1.1", "critical"));
    expect(typesOf(events)).toEqual(["BusinessReviewed", "ProposalRejected", "TaskStated"]);
    expect(given.state?.accepted?.config_digest).toBe("base");
  });

  it("counts an agent's failure and a time-out as refusals by the system", () => {
    const given = givenBaseline();
    given.when(routed("w1.1"));
    const events = given.when({
      type: "DeadlinePassed",
      data: { deadline: "w1.1", waited_for: "answer" },
    });
    expect(events).toMatchObject([
      { type: "DeadlinePassed" },
      { type: "ProposalRejected", data: { by: "system", count: 1 } },
      { type: "TaskStated", data: { attempt: 2 } },
    ]);
  });
});

describe("a guard that could not judge", () => {
  const guardFailed = (proposal: string): Event => ({
    type: "GuardFailed",
    data: { proposal, work_item: "w1", code: "guard_unable", reason: "the encoder is missing" },
  });

  it("ends the session with the cause: no veto, no rung of the ladder, no person", () => {
    const given = givenProposal();
    const events = given.when(guardFailed("w1.1"));
    expect(typesOf(events)).toEqual(["GuardFailed", "SessionCompleted"]);
    expect(events.at(-1)).toMatchObject({
      data: {
        status: "failed",
        reason: "the guard could not judge: the encoder is missing",
        vetoes: 0,
        rejections: 0,
        escalations: 0,
      },
    });
    expect(given.state?.wait).toBeNull();
  });

  it("is not taken for another proposal's, nor late", () => {
    const given = givenProposal();
    expect(typesOf(given.when(guardFailed("w9.1")))).toEqual(["OutcomeRefused"]);
    given.when(cleared("w1.1", "better"));
    expect(typesOf(given.when(guardFailed("w1.1")))).toEqual(["OutcomeRefused"]);
  });
});

describe("a person's decision", () => {
  it("resumes with the instruction", () => {
    const given = refusedThrice();
    const events = given.when(decidedBy("e1", "resume"));
    expect(events.at(-1)).toMatchObject({
      type: "TaskStated",
      data: { pinned: "data_scientist", instruction: "lower tv decay" },
    });
  });

  it("keeps the current configuration, or aborts", () => {
    const kept = refusedThrice();
    expect(typesOf(kept.when(decidedBy("e1", "keep_current")))).toEqual([
      "HumanDecided",
      "IterationCompleted",
      "TaskStated",
    ]);
    const aborted = refusedThrice();
    aborted.when(decidedBy("e1", "abort"));
    expect(aborted.state?.status).toBe("aborted");
  });

  it("is refused and recorded when late, repeated, unknown or of no known choice", () => {
    const given = refusedThrice();
    expect(typesOf(given.when(decidedBy("e9", "resume")))).toEqual(["DecisionRefused"]);
    expect(typesOf(given.when(decidedBy("e1", "change_the_method")))).toEqual(["DecisionRefused"]);
    given.when(decidedBy("e1", "keep_current"));
    expect(typesOf(given.when(decidedBy("e1", "abort", "bob")))).toEqual(["DecisionRefused"]);
    expect(given.state?.status).toBe("running");
  });

  it("is taken by the settings' default when its time is over", () => {
    const given = refusedThrice();
    const events = given.when({
      type: "DeadlinePassed",
      data: { deadline: "e1", waited_for: "person" },
    });
    expect(typesOf(events)).toEqual(["DeadlinePassed", "IterationCompleted", "TaskStated"]);
  });
});

describe("what a session admits", () => {
  it("counts an event once, however often it is delivered", () => {
    const given = givenBaseline();
    const event = recorded(routed("w1.1"));
    expect(given.when(event)).toHaveLength(1);
    expect(given.when(event)).toHaveLength(0);
  });

  it("refuses and records a clearance of another methodology, base or signature", () => {
    for (const [more, fault] of [
      [{ methodology_digest: "other" }, undefined],
      [{ base_digest: "other" }, undefined],
      [{ spec_digest: "other" }, undefined],
      [{}, "the signature is not the guard's"],
    ] as const) {
      const given = givenProposal();
      const events = given.when(cleared("w1.1", "x", more), fault === undefined ? {} : { fault });
      expect(typesOf(events)).toEqual(["OutcomeRefused"]);
      expect(given.waits).toBe("verdict w1.1");
    }
  });

  it("refuses a training result for another configuration than the cleared one", () => {
    const given = givenProposal();
    given.when(cleared("w1.1", "x"));
    expect(typesOf(given.when(trained("w1.1", "y", 0.01)))).toEqual(["OutcomeRefused"]);
  });

  it("refuses a proposal from a role that was not asked or may not propose", () => {
    const given = givenBaseline();
    given.when(routed("w1.1", "business_analyst"));
    expect(typesOf(given.when(made("w1.1")))).toEqual(["OutcomeRefused"]);
  });

  it("records no more refused outcomes than its bound", () => {
    const given = givenBaseline();
    for (let index = 0; index < 150; index += 1) given.when(reviewed("w9.9"));
    expect(given.types.filter((type) => type === "OutcomeRefused")).toHaveLength(100);
  });

  it("takes nothing more once it is over", () => {
    const given = givenBaseline();
    given.when({ type: "SessionCancelled", data: { by: "ann", reason: "enough" } });
    expect(given.state?.status).toBe("cancelled");
    expect(typesOf(given.when(routed("w1.1")))).toEqual(["OutcomeRefused"]);
  });

  it("does not know a session that was never requested", () => {
    expect(new Given().when(routed("w1.1"))).toEqual([]);
  });
});

describe("anyone's free text", () => {
  it("is the next iteration's task and keeps its words", () => {
    const given = givenBaseline();
    given.when({
      type: "ProposalSubmitted",
      data: { submitted_by: "bob", text: "lower tv decay" },
    });
    given.when(routed("w1.1"));
    given.when(made("w1.1"));
    given.when(cleared("w1.1", "base"));
    expect(given.history.at(-1)).toMatchObject({
      type: "TaskStated",
      data: { work_item: "w2", kind: "free_text", author: "person", text: "lower tv decay" },
    });
    expect(given.state?.pending).toEqual([]);
  });

  it("goes back to its author when refused once", () => {
    const given = givenBaseline();
    given.when({ type: "ProposalSubmitted", data: { submitted_by: "bob", text: "use weibull" } });
    given.when(routed("w1.1"));
    given.when(made("w1.1"));
    given.when(cleared("w1.1", "base"));
    given.when(routed("w2.1", "research_persona"));
    const events = given.when({
      type: "AgentAnswered",
      data: {
        work_item: "w2",
        attempt: 1,
        role: "research_persona",
        kind: "rejection",
        text: "the form of adstock is protected",
        constraints: [],
        citations: ["jin_2017"],
        reasoner: BUILTIN_REASONER,
      },
    });
    expect(typesOf(events)).toEqual([
      "AgentAnswered",
      "ProposalRejected",
      "IterationCompleted",
      "TaskStated",
    ]);
  });

  it("is refused above the number that may wait", () => {
    const given = givenBaseline();
    const text = (index: number): Event => ({
      type: "ProposalSubmitted",
      data: { submitted_by: "bob", text: `try ${index}` },
    });
    for (let index = 0; index < 50; index += 1) given.when(text(index));
    expect(typesOf(given.when(text(50)))).toEqual(["OutcomeRefused"]);
  });
});

describe("a step", () => {
  const { state } = givenProposal();
  const ended: Event = {
    type: "IterationCompleted",
    data: {
      iteration: 1,
      work_item: "w1",
      outcome: "rejected",
      proposal: null,
      loss: null,
      best_loss: 0,
      convergence: 0,
      accepted_digest: "base",
      methodology_digest: "method",
    },
  };
  const incoming = recorded(cleared("w1.1", "base"));
  const envelope = (index: number) => ({ ...incoming.envelope, id: `event ${index}` });
  const rules = rulesOf(CURRENT_LOGIC);
  const follow = (times: number) => {
    let left = times;
    const again = () => (left-- > 0 ? [ended] : []);
    const reactions = { ...rules.reactions, ProposalCleared: again, IterationCompleted: again };
    return followThrough(state, incoming, { rules: { ...rules, reactions }, envelope });
  };

  it("gives each event the state after it and its envelope, the inbox event its own", () => {
    const steps = follow(3);
    expect(steps.map(({ isEcho }) => isEcho)).toEqual([true, false, false, false]);
    expect(steps.map(({ event }) => event.envelope.id).slice(1)).toEqual(
      [1, 2, 3].map((at) => `event ${at}`),
    );
    expect(steps[0]?.event.envelope).toEqual(incoming.envelope);
    expect(
      steps.map(({ after }) => (after.stage === "tuning" ? after.no_improvement : -1)),
    ).toEqual([0, 1, 2, 3]);
    let folded = state;
    for (const { event, after } of steps) {
      folded = evolve(folded, event);
      expect(after).toEqual(folded);
    }
  });

  it("that does not come to an end is an error, not a cut step", () => {
    expect(follow(STEP_EVENTS_MAX - 1)).toHaveLength(STEP_EVENTS_MAX);
    expect(() => follow(STEP_EVENTS_MAX)).toThrow(/leads to more than 16 events/);
  });
});
