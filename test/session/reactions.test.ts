/** What follows from each event: outcomes, improvement, convergence, ends. */
import { describe, expect, it } from "vitest";
import type { Event, EventData } from "../../schemas/event.ts";
import { CURRENT_LOGIC } from "../../session/logic.ts";
import { NO_LOCKED_WEEKS } from "../../session/reactions.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import {
  cleared,
  decidedBy,
  explained,
  Given,
  givenBaseline,
  givenProposal,
  LIMITS,
  made,
  metrics,
  REQUEST,
  reviewed,
  routed,
  trained,
  vetoed,
} from "../support/given.ts";

/** Through training of the first proposal, which scores as given. */
function trainedWith(more: Partial<EventData<"ModelTrained">>, search: number | null = 0.5): Given {
  const given = givenBaseline();
  given.when(routed("w1.1"));
  given.when(made("w1.1", "{}", search));
  given.when(cleared("w1.1", "better"));
  const event = trained("w1.1", "better", 0.1);
  given.when({ ...event, data: { ...event.data, ...more } } as Event);
  return given;
}

function iteration(events: readonly Event[]): EventData<"IterationCompleted"> {
  const found = events.find((event) => event.type === "IterationCompleted");
  return found?.type === "IterationCompleted" ? found.data : expect.fail("no iteration ended");
}

const BEST = 0.2;

describe("what counts as better", () => {
  it.each([
    ["clearly", 0.1, "accepted"],
    ["by two parts in ten thousand", BEST * (1 - 2e-4), "accepted"],
    ["by half a part in ten thousand", BEST * (1 - 5e-5), "not_improved"],
    ["not at all", BEST, "not_improved"],
    ["worse", 0.3, "not_improved"],
  ])("%s", (_how, loss, outcome) => {
    const given = trainedWith({ loss });
    const ended = iteration(given.when(reviewed("w1.1")));
    expect(ended.outcome).toBe(outcome);
    expect(ended).toMatchObject({ iteration: 1, work_item: "w1", proposal: "w1.1", loss });
    expect(ended.best_loss).toBe(outcome === "accepted" ? loss : BEST);
    expect(ended.accepted_digest).toBe(outcome === "accepted" ? "better" : "base");
    expect(ended.methodology_digest).toBe("method");
  });

  it("counts iterations without it, and counts anew after one", () => {
    const given = trainedWith({ loss: 0.3 });
    given.when(reviewed("w1.1"));
    expect(given.state?.no_improvement).toBe(1);
    const next = (item: string, loss: number) => {
      given.when(routed(`${item}.1`));
      given.when(made(`${item}.1`));
      given.when(cleared(`${item}.1`, item));
      given.when(trained(`${item}.1`, item, loss));
      given.when(reviewed(`${item}.1`));
    };
    next("w2", 0.1);
    expect(given.state?.no_improvement).toBe(0);
  });
});

describe("the convergence of an iteration", () => {
  it.each([
    ["the solver's score", { solver_score: 0.3, roi_stability: 0.9 }, 0.5, 0.3],
    ["the stability of returns", { solver_score: 1, roi_stability: 0.4 }, 0.5, 0.4],
    ["the search's score", { solver_score: 1, roi_stability: 0.9 }, 0.2, 0.2],
    ["what is known, without a search", { solver_score: 0.8, roi_stability: 0.9 }, null, 0.8],
  ])("is the least: %s", (_which, scores, search, least) => {
    const given = trainedWith(scores, search);
    expect(iteration(given.when(reviewed("w1.1"))).convergence).toBe(least);
  });

  it("is of the configuration in force when the candidate is not accepted", () => {
    const given = trainedWith({ loss: 0.3, solver_score: 0.1, roi_stability: 0.1 }, 0.95);
    expect(iteration(given.when(reviewed("w1.1"))).convergence).toBe(0.9);
  });
});

describe("the baseline", () => {
  const asked = () => {
    const given = new Given();
    given.when(REQUEST);
    return given;
  };

  it("is proposed as it was given, under the version of the rules", () => {
    expect(asked().history).toMatchObject([
      { type: "SessionRequested" },
      { type: "SessionStarted", data: { logic_version: 2 } },
      {
        type: "ProposalMade",
        data: { work_item: "w0", proposal: "w0.1", author: "system", search_score: null },
      },
    ]);
  });

  it.each<[string, (given: Given) => void, string]>([
    [
      "a veto",
      (given) => {
        given.when(vetoed("w0.1"));
        given.when(explained("w0.1"));
      },
      "the baseline was vetoed: adstock stays geometric",
    ],
    [
      "a veto that nobody explains in time",
      (given) => {
        given.when(vetoed("w0.1"));
        given.when(passed("explanation", "w0.1"));
      },
      "the baseline was vetoed: protected_path: no",
    ],
    [
      "a verdict that takes too long",
      (given) => void given.when(passed("verdict", "w0.1")),
      "verdict took too long",
    ],
    [
      "a training that fails",
      (given) => {
        given.when(cleared("w0.1", "base"));
        const data = { proposal: "w0.1", code: "x", reason: "no data" };
        given.when({ type: "TrainingFailed", data });
      },
      "training failed: no data",
    ],
    [
      "a training that is refused",
      (given) => {
        given.when(cleared("w0.1", "base"));
        const data = { proposal: "w0.1", code: "x", reason: "forged" };
        given.when({ type: "TrainingRefused", data });
      },
      "training refused: forged",
    ],
  ])("ends the session as failed after %s", (_what, feed, reason) => {
    const given = asked();
    feed(given);
    const last = given.history.at(-1);
    expect(last).toMatchObject({ type: "SessionCompleted", data: { status: "failed" } });
    expect(JSON.stringify(last?.data)).toContain(reason);
  });
});

describe("a fault of the system", () => {
  const CODES = [
    "data_changed",
    "data_invalid",
    "encoder_unavailable",
    "settings_invalid",
    "state_damaged",
  ];
  const failure = (code: string): Event => ({
    type: "AgentFailed",
    data: {
      work_item: "w1",
      attempt: 1,
      role: "data_scientist",
      code,
      message: "weekly.csv is another",
      reasoner: BUILTIN_REASONER,
    },
  });
  const fault = (type: "TrainingFailed" | "TrainingRefused", code: string): Event => ({
    type,
    data: { proposal: "w1.1", code, reason: "weekly.csv is another" },
  });
  const working = (logicVersion = CURRENT_LOGIC): Given => {
    const given = givenBaseline(logicVersion);
    given.when(routed("w1.1"));
    return given;
  };

  it.each(CODES)("ends the session with its cause, and refuses no proposal: %s", (code) => {
    const training = givenProposal();
    training.when(cleared("w1.1", "better"));
    const refused = givenProposal();
    refused.when(cleared("w1.1", "better"));
    for (const events of [
      working().when(failure(code)),
      training.when(fault("TrainingFailed", code)),
      refused.when(fault("TrainingRefused", code)),
    ]) {
      expect(events.map(({ type }) => type)).toEqual([
        expect.stringMatching(/Failed|Refused/),
        "SessionCompleted",
      ]);
      expect(events[1]).toMatchObject({ data: { status: "failed" } });
      expect(JSON.stringify(events[1])).toContain("weekly.csv is another");
    }
  });

  it("is none when the fault is one's own, nor in a session of the first rules", () => {
    for (const events of [
      working().when(failure("reasoner_failed")),
      working(1).when(failure("data_changed")),
    ]) {
      expect(events[1]).toMatchObject({ type: "ProposalRejected", data: { by: "system" } });
    }
  });
});

function passed(waited_for: string, deadline: string): Event {
  return { type: "DeadlinePassed", data: { deadline, waited_for } };
}

describe("a limit that ran out", () => {
  const refusedOnce = (given: Given, waited_for: string, key: string) => {
    expect(given.waits).toBe(`${waited_for} ${key}`);
    expect(given.when(passed(waited_for, key))).toMatchObject([
      { type: "DeadlinePassed" },
      {
        type: "ProposalRejected",
        data: { by: "system", reason: `${waited_for} took too long`, count: 1 },
      },
      { type: "TaskStated", data: { attempt: 2 } },
    ]);
  };

  it("of a route, an answer, a verdict, a training and a review refuses the attempt", () => {
    refusedOnce(givenBaseline(), "routing", "w1.1");
    const asked = givenBaseline();
    asked.when(routed("w1.1"));
    refusedOnce(asked, "answer", "w1.1");
    refusedOnce(givenProposal(), "verdict", "w1.1");
    const training = givenProposal();
    training.when(cleared("w1.1", "better"));
    refusedOnce(training, "training", "w1.1");
    refusedOnce(trainedWith({}), "review", "w1.1");
  });

  it("of an explanation refuses the attempt in the guard's words", () => {
    const given = givenProposal();
    given.when(vetoed("w1.1"));
    const [, rejected] = given.when(passed("explanation", "w1.1"));
    expect(rejected).toMatchObject({
      data: { by: "research_persona", reason: "protected_path: no" },
    });
  });

  it.each(["locked_test", "approval"])("of the %s ends the session as failed", (what) => {
    const given = ending(what);
    const { key = "" } = given.state?.wait ?? {};
    expect(given.when(passed(what, key)).at(-1)).toMatchObject({
      type: "SessionCompleted",
      data: { status: "failed", reason: `${what} took too long` },
    });
  });

  it("of a person follows the session's default", () => {
    for (const [person_default, type] of [
      ["keep_current", "TaskStated"],
      ["abort", "SessionCompleted"],
    ] as const) {
      const given = escalated({ person_default });
      expect(given.when(passed("person", "e1")).at(-1)?.type).toBe(type);
    }
  });
});

/** A session that waits for the locked test or the approval. */
function ending(what: string, logicVersion = CURRENT_LOGIC): Given {
  const given = new Given();
  const limits = { ...LIMITS, max_iterations: 0 };
  given.when({ ...REQUEST, data: { ...REQUEST.data, limits } } as Event, { logicVersion });
  given.when(cleared("w0.1", "base"));
  given.when(trained("w0.1", "base", BEST));
  if (what === "approval") given.when(LOCKED);
  expect(given.waits).toBe(`${what} base`);
  return given;
}

const LOCKED: Event = {
  type: "LockedTestEvaluated",
  data: {
    baseline: metrics(0.2),
    final: metrics(0.15),
    weeks: 13,
    contradicts: false,
    comparisons: [],
    rule: "",
  },
};

/** A session whose task no agent was sure enough of. */
function escalated(more: Partial<typeof LIMITS> = {}): Given {
  const given = new Given();
  const limits = { ...LIMITS, ...more };
  given.when({ ...REQUEST, data: { ...REQUEST.data, limits } } as Event);
  given.when(cleared("w0.1", "base"));
  given.when(trained("w0.1", "base", BEST));
  const route = routed("w1.1");
  given.when({ ...route, data: { ...route.data, role: null } } as Event);
  return given;
}

describe("a task that no agent is sure enough of", () => {
  it("goes to a person, with what is asked and until when", () => {
    const given = escalated();
    expect(given.history.at(-1)).toMatchObject({
      type: "EscalationRaised",
      data: {
        escalation: "e1",
        work_item: "w1",
        iteration: 1,
        reason: "no agent was sure enough: test",
        options: ["resume", "keep_current", "abort"],
        default_choice: "keep_current",
        timeout_s: LIMITS.person_timeout_s,
      },
    });
  });

  it("is aborted, kept or resumed as the person says", () => {
    expect(escalated().when(decidedBy("e1", "abort")).at(-1)).toMatchObject({
      type: "SessionCompleted",
      data: { status: "aborted", reason: "because" },
    });
    expect(iteration(escalated().when(decidedBy("e1", "keep_current"))).outcome).toBe("rejected");
    expect(escalated().when(decidedBy("e1", "resume")).at(-1)).toMatchObject({
      type: "TaskStated",
      data: {
        work_item: "w1",
        attempt: 2,
        pinned: "data_scientist",
        instruction: "lower tv decay",
      },
    });
  });
});

describe("an agent's answer in words", () => {
  const answered = (kind: string, constraints: readonly unknown[] = []): Event =>
    ({
      type: "AgentAnswered",
      data: {
        work_item: "w1",
        attempt: 1,
        role: "business_analyst",
        kind,
        text: "looked",
        constraints,
        citations: [],
        reasoner: BUILTIN_REASONER,
      },
    }) as Event;
  const asked = () => {
    const given = givenBaseline();
    given.when(routed("w1.1", "business_analyst"));
    return given;
  };
  const bound = { path: "p", minimum: 0, maximum: 1 };

  it("ends the iteration, is a refusal, or sends the work on with its constraints", () => {
    expect(iteration(asked().when(answered("advice"))).outcome).toBe("answered");
    expect(asked().when(answered("rejection"))[1]).toMatchObject({
      type: "ProposalRejected",
      data: { by: "business_analyst", reason: "looked" },
    });
    const [, task] = asked().when(answered("constraints", [bound]));
    expect(task?.type).toBe("TaskStated");
    expect(task?.data as object).toMatchObject({
      pinned: "data_scientist",
      attempt: 2,
      constraints: [bound],
    });
  });

  it("leaves its constraints in force for every task after", () => {
    const given = asked();
    given.when(answered("constraints", [bound]));
    given.when(routed("w1.2"));
    given.when(made("w1.2"));
    given.when(cleared("w1.2", "better"));
    given.when(trained("w1.2", "better", 0.1));
    const more = { ...bound, path: "q" };
    const review = reviewed("w1.2");
    const data: object = { ...review.data, constraints: [more] };
    given.when({ ...review, data } as Event);
    const task = given.history.at(-1);
    expect(task?.type).toBe("TaskStated");
    expect(task?.data as object).toMatchObject({ work_item: "w2", constraints: [bound, more] });
  });
});

describe("the feedback of refusals", () => {
  it("is kept of all attempts, oldest first", () => {
    const given = givenProposal();
    for (const [attempt, content] of [
      [1, "a"],
      [2, "b"],
    ] as const) {
      given.when(vetoed(`w1.${attempt}`, content));
      const event = explained(`w1.${attempt}`);
      given.when({ ...event, data: { ...event.data, text: `no ${content}` } } as Event);
      given.when(routed(`w1.${attempt + 1}`));
      given.when(made(`w1.${attempt + 1}`));
    }
    expect(given.state?.work_item?.feedback).toEqual(["no a", "no b"]);
  });
});

describe("the end of a session", () => {
  const approved = (decision: string): Event => ({
    type: "DeploymentDecided",
    data: {
      decision,
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

  it("asks for approval with the figures of start and end", () => {
    expect(ending("approval").history.at(-1)).toMatchObject({
      type: "ApprovalRequested",
      data: {
        final_digest: "base",
        stopped_because: "all iterations used",
        iterations: 0,
        proposals_tried: 1,
        baseline: metrics(BEST),
        final: metrics(BEST),
        timeout_s: LIMITS.agent_timeout_s,
      },
    });
  });

  it.each(["approve", "reject"])("is complete with the decision to %s", (decision) => {
    expect(ending("approval").when(approved(decision)).at(-1)).toMatchObject({
      type: "SessionCompleted",
      data: { status: "completed", reason: `all iterations used; deployment: ${decision}` },
    });
  });

  it("comes without locked weeks where the configuration locks none, since version 2", () => {
    const none = {
      type: "LockedTestRefused",
      data: { code: NO_LOCKED_WEEKS, reason: "none" },
    } as const;
    expect(ending("locked_test").when(none).at(-1)).toMatchObject({ type: "ApprovalRequested" });
    const first = ending("locked_test", 1).when(none).at(-1);
    expect(first).toMatchObject({ data: { status: "failed" } });
  });

  it("is failed when the locked test is refused, or when approval fails", () => {
    const refused = { type: "LockedTestRefused", data: { code: "c", reason: "no weeks" } } as const;
    expect(ending("locked_test").when(refused).at(-1)).toMatchObject({
      data: { status: "failed", reason: "locked test: no weeks" },
    });
    const failed: Event = {
      type: "AgentFailed",
      data: {
        work_item: "",
        attempt: 0,
        role: "stakeholder",
        code: "x",
        message: "no answer",
        reasoner: BUILTIN_REASONER,
      },
    };
    expect(ending("approval").when(failed).at(-1)).toMatchObject({
      data: { status: "failed", reason: "the stakeholder failed: no answer" },
    });
  });

  it("is cancelled at any time, by whom and why", () => {
    for (const given of [new Given(), givenProposal(), escalated()]) {
      if (given.state === null) given.when(REQUEST);
      const events = given.when({
        type: "SessionCancelled",
        data: { by: "ann", reason: "enough" },
      });
      expect(events.at(-1)).toMatchObject({
        type: "SessionCompleted",
        data: { status: "cancelled", reason: "cancelled by ann: enough" },
      });
      expect(given.waits).toBe("nothing");
    }
  });
});
