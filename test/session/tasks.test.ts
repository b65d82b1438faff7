/** When tuning ends, and what a task says. */
import { describe, expect, it } from "vitest";
import { nextStep, restate, stopReasonV1, stopReasonV2 } from "../../session/tasks.ts";
import type { EventData } from "../../schemas/event.ts";
import type { TuningSession } from "../../session/state.ts";
import { LIMITS, tuningState, workItem } from "../support/given.ts";

const PENDING = [{ submitted_by: "bob", text: "lower tv decay" }];
/** Limits: 3 iterations, convergence 0.95, patience 3. */
type Case = [string, Partial<TuningSession>, string | null];

const ALIKE: readonly Case[] = [
  ["nothing happened", {}, null],
  ["iterations are left", { iteration: 2, no_improvement: 2, convergence: 0.9499 }, null],
  ["all iterations are used", { iteration: 3 }, "all iterations used"],
  ["more than all were used", { iteration: 4 }, "all iterations used"],
  [
    "convergence is reached exactly",
    { iteration: 1, convergence: 0.95 },
    "convergence 0.950 reached 0.95",
  ],
  ["convergence is passed", { iteration: 2, convergence: 0.99 }, "convergence 0.990 reached 0.95"],
  ["convergence before any iteration", { iteration: 0, convergence: 1 }, null],
  [
    "patience is used exactly",
    { iteration: 2, no_improvement: 3 },
    "3 iterations without improvement",
  ],
  [
    "patience is more than used",
    { iteration: 2, no_improvement: 4 },
    "4 iterations without improvement",
  ],
  [
    "convergence and patience",
    { iteration: 2, convergence: 0.96, no_improvement: 3 },
    "convergence 0.960 reached 0.95",
  ],
  ["iterations and patience", { iteration: 3, no_improvement: 3 }, "all iterations used"],
  ["a text waits, and convergence", { pending: PENDING, iteration: 1, convergence: 1 }, null],
  ["a text waits, and patience", { pending: PENDING, iteration: 1, no_improvement: 9 }, null],
];

describe("the reason to stop, by today's rules", () => {
  it.each<Case>([
    ...ALIKE,
    ["a text waits in the last iteration", { pending: PENDING, iteration: 3 }, null],
    [
      "convergence in the last iteration",
      { iteration: 3, convergence: 0.96 },
      "convergence 0.960 reached 0.95",
    ],
  ])("when %s", (_when, more, reason) => {
    expect(stopReasonV2(tuningState(more))).toBe(reason);
  });
});

describe("the reason to stop, by the first rules", () => {
  it.each<Case>([
    ...ALIKE,
    [
      "a text waits in the last iteration",
      { pending: PENDING, iteration: 3 },
      "all iterations used",
    ],
    [
      "convergence in the last iteration",
      { iteration: 3, convergence: 0.96 },
      "all iterations used",
    ],
  ])("when %s", (_when, more, reason) => {
    expect(stopReasonV1(tuningState(more))).toBe(reason);
  });
});

const RULES = { stopReason: stopReasonV2 };

function task(state: TuningSession): EventData<"TaskStated"> {
  const [event] = nextStep(state, RULES);
  return event?.type === "TaskStated" ? event.data : expect.fail(`it is ${event?.type}`);
}

describe("the next step", () => {
  it("is the locked test with the reason, of what is in force and of the baseline", () => {
    const accepted = { ...tuningState().accepted, config_digest: "better" };
    expect(nextStep(tuningState({ iteration: 3, accepted }), RULES)).toEqual([
      {
        type: "LockedTestRequested",
        data: {
          final_digest: "better",
          baseline_digest: "base",
          stopped_because: "all iterations used",
        },
      },
    ]);
  });

  it("is a tuning task of the system in the next iteration", () => {
    expect(task(tuningState({ iteration: 1 }))).toMatchObject({
      work_item: "w2",
      iteration: 2,
      attempt: 1,
      kind: "tune",
      author: "system",
      pinned: null,
      excluded: [],
      feedback: [],
      instruction: null,
      base_digest: "base",
      evaluations: LIMITS.evaluations_per_iteration,
      timeout_s: LIMITS.agent_timeout_s,
    });
  });

  it("is a person's text where one waits, the oldest first", () => {
    const pending = [...PENDING, { submitted_by: "ann", text: "later" }];
    const text = "lower tv decay";
    expect(task(tuningState({ pending }))).toMatchObject({
      kind: "free_text",
      author: "person",
      text,
    });
  });

  it("carries the constraints that hold", () => {
    const constraints = [
      { path: "p", minimum: 0, maximum: 1, reason: "r", source: "s" },
    ] as unknown as TuningSession["constraints"];
    expect(task(tuningState({ constraints })).constraints).toBe(constraints);
  });

  it("says the figures in force: MAPE where there is one, else wMAPE; R² where there is one", () => {
    const { accepted } = tuningState();
    const saying = (more: object) => {
      const validation = { ...accepted.trained.validation, ...more };
      const trained = { ...accepted.trained, validation };
      return task(tuningState({ accepted: { ...accepted, trained } })).text;
    };
    expect(saying({})).toContain("validated MAPE of 20.00 %, R² 0.800, MAE 20.0000");
    expect(saying({ mape: null, wmape: 0.1 })).toContain("validated wMAPE of 10.00 %");
    expect(saying({ r2: null })).not.toContain("R²");
  });
});

describe("the seed of a task", () => {
  it("differs for every attempt, iteration and session seed, and is reproducible", () => {
    const item = workItem();
    const seeds = [7, 8, 7 + 2 ** 16].flatMap((seed) =>
      [1, 2, 3].flatMap((iteration) =>
        [0, 1, 2].map((attempt) => {
          const state = tuningState({ seed, iteration, work_item: { ...item, attempt } });
          const event = restate(state, { pinned: null });
          return event.type === "TaskStated" ? event.data.seed : expect.fail();
        }),
      ),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
    expect(task(tuningState()).seed).toBe(task(tuningState()).seed);
    expect(task(tuningState()).seed).toBe(270_507_001);
  });
});

describe("the same work item once more", () => {
  const item = workItem({
    attempt: 2,
    feedback: ["first", "second"],
    instruction: "stay low",
    originator: "data_scientist",
    alternatives: ["business_analyst"],
  });
  const state = tuningState({ iteration: 1, work_item: item });
  const again = (pinned: Parameters<typeof restate>[1]["pinned"]) =>
    restate(state, { pinned }).data;

  it("is the next attempt, with all feedback and the person's instruction", () => {
    expect(again("data_scientist")).toMatchObject({
      work_item: "w1",
      iteration: 1,
      attempt: 3,
      text: item.text,
      kind: "tune",
      pinned: "data_scientist",
      excluded: [],
      feedback: ["first", "second"],
      instruction: "stay low",
    });
  });

  it("goes to another role without the one that was refused", () => {
    expect(again("alternative")).toMatchObject({
      pinned: "business_analyst",
      excluded: ["data_scientist"],
    });
  });
});
