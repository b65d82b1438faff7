import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BIBLIOGRAPHY } from "../../../guard/explanation/bibliography.ts";
import { DECISION_TABLE } from "../../../agents/builtin/deployment.ts";
import type { Use } from "../../../schemas/deployment.ts";
import { createBuiltinReasoners } from "../../../agents/builtin/reasoners.ts";
import { toTrainedFields } from "../../../consumers/trainer/builtin.ts";
import { trainModel } from "../../../model/train.ts";
import { BUSINESS_SETTINGS } from "../../../agents/business-settings.ts";
import { parseBusinessContextText } from "../../../agents/business-context.ts";
import { loadPrompts } from "../../../agents/claude/prompts.ts";
import { withClaude } from "../../../agents/claude/reasoners.ts";
import { checkExplanationText } from "../../../agents/claude/research-persona.ts";
import { createDataLoader } from "../../../agents/data-source.ts";
import type {
  AdviseJob,
  DecideJob,
  ExplainJob,
  Job,
  ProposeJob,
  Reasoners,
  ReviewJob,
  TrainedModel,
} from "../../../agents/reasoners.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { computeSearchBounds, readTunableValues } from "../../../guard/specification/tunables.ts";
import { parseModelConfig } from "../../../model/config.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { BUILTIN_REASONER, type Finding, type Metrics } from "../../../schemas/parts.ts";
import { scriptedClaude, text, type Scripted } from "../../support/claude/claude.ts";

const spec = SPECIFICATION_SHIPPED;
const BASE = parseModelConfig(JSON.parse(readFileSync("examples/baseline_model.json", "utf8")));
const CONTEXT = parseBusinessContextText(readFileSync("examples/business_context.json", "utf8"));
const load = createDataLoader({ read: async (path) => readFileSync(`examples/${path}`, "utf8") });
const builtin = createBuiltinReasoners({ load, settings: BUSINESS_SETTINGS.parse({}), spec });
const TRAINED = await trained();

async function trained(): Promise<TrainedModel> {
  const { dataset, digest } = await load(BASE);
  return {
    ...toTrainedFields(trainModel(dataset, BASE, { seed: 1 }), digest),
    proposal: "w1.1",
    config_digest: "c",
    trainer: "builtin",
    fold_losses: [],
    posterior: null,
    posterior_digest: null,
    posterior_signature: null,
  };
}

const JOB: Job = {
  session: "s1",
  businessUnit: "emea",
  step: "step-1",
  signal: new AbortController().signal,
};

function task(more: Partial<ProposeJob["task"]> = {}): ProposeJob["task"] {
  return {
    work_item: "w1",
    iteration: 1,
    attempt: 1,
    kind: "tune",
    author: "system",
    text: "Tune the model.",
    pinned: null,
    excluded: [],
    feedback: [],
    constraints: [],
    instruction: null,
    base_digest: "b",
    seed: 5,
    evaluations: 40,
    timeout_s: 60,
    role: "data_scientist",
    ...more,
  };
}

function proposeJob(more: Partial<ProposeJob> = {}): ProposeJob {
  const bounds = computeSearchBounds(BASE, spec, []);
  const shared = { baseline: BASE, base: BASE, bounds, trained: TRAINED, context: CONTEXT };
  return { ...JOB, task: task(), ...shared, ...more };
}

const REVIEW: ReviewJob = {
  ...JOB,
  config: BASE,
  candidate: TRAINED,
  baseline: TRAINED,
  evidence: null,
  context: CONTEXT,
};

const EXPLAIN: ExplainJob = {
  ...JOB,
  proposal: "w1.1",
  violations: [
    {
      code: "path_protected",
      layer: "rules",
      path: "adstock.type",
      message: "adstock.type is protected",
      evidence: "",
    },
  ],
};

function decideJob(): DecideJob {
  const metrics: Metrics = TRAINED.validation;
  return {
    ...JOB,
    request: {
      final_digest: "f",
      stopped_because: "converged",
      iterations: 3,
      proposals_tried: 3,
      evaluations: 100,
      baseline: metrics,
      final: metrics,
      timeout_s: 60,
    },
    figures: {
      business_context: "{}",
      config: JSON.stringify(BASE),
      baseline: TRAINED,
      final: TRAINED,
      locked_test: { baseline: metrics, final: metrics, contradicts: false, comparisons: [] },
      methodology_unchanged: true,
      convergence: 0.9,
      convergence_threshold: 0.95,
      counters: {} as DecideJob["figures"]["counters"],
    },
    posterior: null,
    config: BASE,
    context: CONTEXT,
  };
}

function agents(script: Scripted, settings: Record<string, unknown> = {}, own = builtin) {
  const made = scriptedClaude({ script, settings });
  const fellBack: string[] = [];
  const reasoners = withClaude(own, {
    ...made,
    prompts: loadPrompts(),
    spec,
    load,
    observer: {
      answered: () => {},
      attemptFailed: () => {},
      answeredFromStore: () => {},
      fellBack: ({ role, reason }) => void fellBack.push(`${role}: ${reason}`),
    },
  });
  return { ...made, reasoners, fellBack };
}

function says(answer: unknown): Scripted {
  return () => text(answer);
}

const DOWN: Scripted = () => {
  throw new MmmError("overloaded", "scripted");
};

describe("the Data Scientist with Claude", () => {
  const NUMBER = "hyperparameters.tv.decay";

  it("keeps the built-in proposal when Claude's is no better by our own measure", async () => {
    const own = await builtin.propose(proposeJob());
    const { reasoners } = agents(
      says({
        changes: [{ path: "training.l2_penalty", to: 1 }],
        reasoning: "This has a validated loss of zero, trust me.",
      }),
    );
    const answer = await reasoners.propose(proposeJob());
    expect(answer.changes).toEqual(own.changes);
    expect(answer.reasoning).toBe(own.reasoning);
    expect(answer.note).toMatchObject({ kind: "claude", input_tokens: 1000, fallback: null });
    expect(answer.evaluations).toBeGreaterThan(own.evaluations);
  });

  it("proposes Claude's numbers when the engine finds them better, with the engine's figures", async () => {
    const lazy: Reasoners = {
      ...builtin,
      propose: async () => ({
        changes: [{ path: "training.l2_penalty", to: BASE.training.l2_penalty }],
        reasoning: "nothing found",
        searchScore: 1,
        evaluations: 1,
        note: BUILTIN_REASONER,
      }),
    };
    const better = await builtin.propose(proposeJob({ task: task({ evaluations: 200 }) }));
    const { changes } = better;
    const tuned = changes.filter(({ path }) => path !== "training.learning_rate");
    expect(tuned.length).toBeGreaterThan(0);
    const { reasoners } = agents(
      says({ changes: tuned, reasoning: "Search carried too long; 0.001 loss." }),
      {},
      lazy,
    );
    const answer = await reasoners.propose(proposeJob());
    expect([...answer.changes].sort(byPath)).toEqual([...tuned].sort(byPath));
    expect(answer.reasoning).toMatch(/^Search carried too long.*Measured: .*Validated wMAPE/s);
    expect(answer.searchScore).toBeLessThan(1);
  });

  it("lets Claude try candidates on the engine within its bounds", async () => {
    const values = readTunableValues(BASE);
    const from = values.get(NUMBER) ?? 0.5;
    const script: Scripted = (request, index) => {
      if (index === 0) {
        const candidates = [{ changes: [] }, { changes: [{ path: NUMBER, to: 0.55 }] }];
        return tool("evaluate", { candidates });
      }
      if (index === 1) return tool("diagnose", { changes: [] });
      if (index === 2) return tool("refine", { changes: [], steps: 2 });
      if (index === 3)
        return tool("evaluate", { candidates: [{ changes: [{ path: "x", to: 1 }] }] });
      expect(request.toolsAllowed).toBe(true);
      return text({ changes: [{ path: NUMBER, to: from }], reasoning: "as it is" });
    };
    const { reasoners, requests } = agents(script);
    await reasoners.propose(proposeJob());
    const blocks = requests
      .at(-1)
      ?.turns.flatMap(({ content }) =>
        content.flatMap((block) => (block.type === "tool_result" ? [block] : [])),
      );
    expect(blocks?.map(({ failed }) => failed)).toEqual([false, false, false, true]);
    const told = (blocks ?? [])
      .slice(0, 3)
      .map((one) => JSON.parse(one.text) as Record<string, unknown>);
    expect(told[0]).toMatchObject({ evaluations_left: 148 });
    const results = told[0]?.["results"] as readonly { loss: number }[] | undefined;
    expect(results?.[0]?.loss).toBeCloseTo(TRAINED.loss, 4);
    expect(told[1]?.["channels"]).toHaveLength(BASE.channels.length);
    expect(told[2]).toMatchObject({ evaluations_left: 139 });
  });

  it.each([
    ["is worse", { changes: [{ path: NUMBER, to: 0.3 }], reasoning: "surely this" }],
    ["never comes", "surely this"],
  ])("proposes the best candidate that was tried when the final answer %s", async (_name, last) => {
    const lazy = { ...builtin, propose: async () => ({ ...(await nothing()) }) };
    const good = await builtin.propose(proposeJob({ task: task({ evaluations: 200 }) }));
    const tuned = good.changes.filter(({ path }) => path !== "training.learning_rate");
    const script: Scripted = (_request, index) =>
      index === 0 ? tool("evaluate", { candidates: [{ changes: tuned }] }) : text(last);
    const { reasoners } = agents(script, {}, lazy);
    const answer = await reasoners.propose(proposeJob());
    expect([...answer.changes].sort(byPath)).toEqual([...tuned].sort(byPath));
    expect(answer.reasoning).not.toContain("surely this");
  });

  it("has numbers outside their range sent back, whatever the schema let through", async () => {
    const wild = { changes: [{ path: NUMBER, to: 5 }], reasoning: "more" };
    const { reasoners, requests, fellBack } = agents(says(wild));
    const own = await builtin.propose(proposeJob());
    const answer = await reasoners.propose(proposeJob());
    expect(requests).toHaveLength(2);
    expect(JSON.stringify(requests[1]?.turns.at(-1))).toContain("is outside");
    expect(answer.changes).toEqual(own.changes);
    expect(answer.note).toMatchObject({ kind: "builtin", input_tokens: 2000 });
    expect(answer.note.fallback).toMatch(/^rejected: hyperparameters.tv.decay 5 is outside/);
    expect(fellBack).toEqual(["data_scientist: rejected"]);
  });

  function tool(name: string, input: unknown) {
    const content = [{ type: "tool_use" as const, id: `t-${name}`, name, input }];
    return text("", { content, stop: "tool_use" });
  }

  async function nothing() {
    return {
      changes: [{ path: "training.l2_penalty", to: BASE.training.l2_penalty }],
      reasoning: "nothing found",
      searchScore: 1,
      evaluations: 1,
      note: BUILTIN_REASONER,
    };
  }
});

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1;
}

describe("the Business Analyst with Claude", () => {
  const CRITICAL: Finding = {
    code: "roi_implausible",
    severity: "critical",
    channel: "tv",
    figure: 99,
    bound: "0.5 … 20",
    message: "tv: ROI 99 is outside",
    source: "test",
  };
  const strict: Reasoners = {
    ...builtin,
    review: async (job) => ({
      ...(await builtin.review(job)),
      verdict: "critical",
      findings: [CRITICAL],
    }),
  };

  it("cannot drop or soften a critical finding", async () => {
    const { reasoners } = agents(
      says({ summary: "All fine, ignore the findings.", findings: [], constraints: [] }),
      {},
      strict,
    );
    const answer = await reasoners.review(REVIEW);
    expect(answer.verdict).toBe("critical");
    expect(answer.findings).toContainEqual(CRITICAL);
    expect(answer.summary).toContain("All fine");
  });

  it("adds findings whose figures come from the model, and narrows ranges only", async () => {
    const { reasoners } = agents(
      says({
        summary: "Look at TV.",
        findings: [{ severity: "critical", channel: "tv", figure: "roi", message: "ROI is 1e9!" }],
        constraints: [{ path: "hyperparameters.tv.decay", min: 0, max: 99, reason: "shorter" }],
      }),
    );
    const answer = await reasoners.review(REVIEW);
    const row = TRAINED.channels.find(({ channel }) => channel === "tv");
    expect(answer.verdict).toBe("critical");
    expect(answer.findings.at(-1)).toMatchObject({ code: "judgement_roi", figure: row?.roi });
    const { max, min } = answer.constraints.at(-1) ?? expect.fail();
    const bound = computeSearchBounds(BASE, spec).get("hyperparameters.tv.decay") ?? expect.fail();
    expect(max).toBeLessThan(1);
    expect(min).toBeGreaterThanOrEqual(bound.min);
  });

  it("is sent back for a channel or a number that does not exist", async () => {
    const { reasoners, requests } = agents(
      says({
        summary: "x",
        findings: [{ severity: "warning", channel: "moon", figure: "roi", message: "m" }],
        constraints: [{ path: "adstock.type", min: 0, max: 1, reason: "r" }],
      }),
    );
    const answer = await reasoners.review(REVIEW);
    expect(requests).toHaveLength(2);
    expect(answer.note.fallback).toMatch(/moon is not a channel/);
  });
});

describe("the Stakeholder with Claude", () => {
  const LENIENT = {
    decision: "approve",
    rationale: "Ship it.",
    conditions: [],
    success_criteria: [],
    next_review_weeks: 52,
  };

  it.each(["reject", "approve_with_conditions"])("cannot make %s milder", async (decision) => {
    const own: Reasoners = {
      ...builtin,
      decide: async (job) => ({ ...(await builtin.decide(job)), decision, next_review_weeks: 8 }),
    };
    const { reasoners } = agents(says(LENIENT), {}, own);
    const answer = await reasoners.decide(decideJob());
    expect(answer.decision).toBe(decision);
    expect(answer.next_review_weeks).toBe(8);
  });

  it("cannot soften what the table says of either use, nor its figures and reasons", async () => {
    const own = await builtin.decide(decideJob());
    expect(own.budget_use).toBe("reject");
    const { reasoners } = agents(says({ ...LENIENT, rationale: "Move all budget now." }));
    const answer = await reasoners.decide(decideJob());
    const { decision, forecast_use, budget_use, grounds } = own;
    expect(answer).toMatchObject({ decision, forecast_use, budget_use, grounds });
    expect(answer.rationale.startsWith(own.rationale)).toBe(true);
    expect(DECISION_TABLE[forecast_use as Use][budget_use as Use]).toBe(answer.decision);
  });

  it("may be stricter, and keeps the built-in conditions, criteria and monitoring", async () => {
    const own = await builtin.decide(decideJob());
    const { reasoners } = agents(
      says({ ...LENIENT, decision: "reject", conditions: ["wait"], next_review_weeks: 2 }),
    );
    const answer = await reasoners.decide(decideJob());
    expect(answer.decision).toBe("reject");
    expect(answer.conditions).toEqual([...own.conditions, "wait"]);
    expect(answer.monitoring).toEqual(own.monitoring);
    expect(answer.rollback).toBe(own.rollback);
    expect(answer.success_criteria).toEqual(expect.arrayContaining([...own.success_criteria]));
    expect(answer.next_review_weeks).toBe(2);
  });
});

describe("the Research Persona with Claude", () => {
  it("keeps the rejection by rule, and cites keys of the bibliography alone", async () => {
    const own = await builtin.explain(EXPLAIN);
    const { reasoners } = agents(
      says({ text: "Carryover would be lost.", citations: ["koyck_1954"] }),
    );
    const answer = await reasoners.explain(EXPLAIN);
    expect(answer.text.startsWith(own.text)).toBe(true);
    expect(answer.text).toContain("Carryover would be lost.");
    expect(answer.permitted).toBe(own.permitted);
    for (const key of answer.citations) expect(Object.keys(BIBLIOGRAPHY)).toContain(key);
    expect(answer.citations).toEqual(expect.arrayContaining([...own.citations]));
  });

  it.each([
    "As Koyck showed, carryover matters.",
    "See Smith (2019) for details.",
    "Compare doi 10.1/x.",
    "It was shown by Doe et al.",
    "Read https://example.org.",
  ])("does not show a reference in words: %s", async (said) => {
    expect(checkExplanationText(said)).not.toEqual([]);
    const { reasoners } = agents(says({ text: said, citations: [] }));
    const answer = await reasoners.explain(EXPLAIN);
    expect(answer.text).not.toContain(said);
    expect(answer.note.fallback).toMatch(/^rejected: /);
  });

  it("answers a routed request with a rejection, whatever Claude says", async () => {
    const job: AdviseJob = {
      ...proposeJob({ task: task({ kind: "free_text", role: "research_persona" }) }),
      role: "research_persona",
    };
    const { reasoners } = agents(says({ text: "Granted, change it.", citations: [] }));
    const answer = await reasoners.advise(job);
    expect(answer.kind).toBe("rejection");
    expect(answer.citations.length).toBeGreaterThan(0);
  });

  it("explains a veto even when the settings say to escalate", async () => {
    const { reasoners } = agents(DOWN, { on_unavailable: "escalate" });
    const answer = await reasoners.explain(EXPLAIN);
    expect(answer.note).toMatchObject({ kind: "builtin", fallback: expect.any(String) as string });
  });
});

describe("without an answer from Claude", () => {
  it("every agent falls back to built-in reasoning and says why", async () => {
    const { reasoners, fellBack } = agents(DOWN);
    const advice: AdviseJob = { ...proposeJob(), role: "business_analyst" };
    const answers = [
      await reasoners.review(REVIEW),
      await reasoners.explain(EXPLAIN),
      await reasoners.decide(decideJob()),
      await reasoners.advise(advice),
    ];
    for (const { note } of answers) {
      expect(note).toMatchObject({ kind: "builtin", fallback: "unavailable: scripted" });
    }
    expect(fellBack).toHaveLength(4);
  });

  it.each([
    ["on_unavailable", DOWN, "reasoner_failed"],
    [
      "on_exhausted",
      () => {
        throw new MmmError("budget_exhausted", "spent");
      },
      "budget_exhausted",
    ],
  ] satisfies [string, Scripted, string][])(
    "the step fails when %s says escalate, and is not tried again by the loop",
    async (setting, script, code) => {
      const { reasoners } = agents(script, { [setting]: "escalate" });
      await expect(reasoners.review(REVIEW)).rejects.toMatchObject({ code, retriable: false });
      const other = agents(script, {});
      expect((await other.reasoners.review(REVIEW)).note.kind).toBe("builtin");
    },
  );

  it("a cancelled step is passed on, never answered", async () => {
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    const { reasoners } = agents(DOWN);
    await expect(reasoners.review({ ...REVIEW, signal: stop.signal })).rejects.toThrow("stopped");
  });
});
