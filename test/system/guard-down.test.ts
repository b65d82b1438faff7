/**
 * The guard down, slow, or its model unreachable: sessions wait or escalate, and nothing passes.
 */
import { afterEach, describe, expect, it } from "vitest";
import { wireClaude } from "../../cli/claude.ts";
import { judgesOf } from "../../cli/consumers.ts";
import { loadSettings } from "../../cli/settings.ts";
import { runConsumer, type Running } from "../../consumers/consume.ts";
import { createGuard } from "../../consumers/guard.ts";
import { createJudging } from "../../consumers/judging.ts";
import { headJudge } from "../../guard/head-judge.ts";
import { shippedIntentHead } from "../../guard/intent-head.ts";
import { judge } from "../../guard/judge.ts";
import type { SemanticJudge, SemanticOpinion } from "../../guard/semantics.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification.ts";
import { systemClock } from "../../infra/clock.ts";
import { submit } from "../../producers/request.ts";
import type { Recorded } from "../../schemas/event.ts";
import { MmmError } from "../../schemas/errors.ts";
import { SILENT_MODEL_OBSERVER } from "../../session/language-model.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { claudeSettings } from "../support/claude.ts";
import { KEY, loadExample } from "../support/claude-system.ts";
import { LIMITS } from "../support/given.ts";
import {
  collectFaults,
  eventsOf,
  inputOf,
  instantTraining,
  request,
  scriptedReasoners,
  startSystem,
  TEST_KEYS,
  until,
} from "../support/system.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Stage {
  readonly backend: TestBackend;
  /** How often the engine was asked to train. */
  readonly trained: () => number;
  /** Lets the Data Scientist speak. */
  readonly speak: () => void;
}

/** Everything but the guard; the Data Scientist holds its tongue until `speak`. */
async function stage(open: () => Promise<TestBackend>): Promise<Stage> {
  const backend = await open();
  undo.push(() => backend.close());
  const tongue = Promise.withResolvers<void>();
  let trained = 0;
  const system = await startSystem({
    ...backend,
    without: ["guard"],
    observer: collectFaults(),
    training: {
      ...instantTraining,
      train: (...args) => {
        trained += 1;
        return instantTraining.train(...args);
      },
    },
    reasoners: {
      propose: async (job) => {
        await tongue.promise;
        return scriptedReasoners.propose(job);
      },
    },
  });
  undo.push(async () => {
    tongue.resolve();
    await system.stop();
  });
  return { backend, trained: () => trained, speak: tongue.resolve };
}

interface GuardOptions {
  readonly judges?: readonly SemanticJudge[];
  readonly limitMs?: number;
}

/** A guard of its own, as another process would be. */
async function startGuard({ log }: TestBackend, options: GuardOptions = {}): Promise<Running> {
  const spec = SPECIFICATION_SHIPPED;
  const guard = createGuard({
    judge: createJudging({ spec, judge: (input) => judge(input, options.judges ?? []) }),
    specDigest: spec.digest,
    guardKeys: TEST_KEYS.guard,
    coordinatorKeys: TEST_KEYS.coordinator,
    ...(options.limitMs === undefined
      ? {}
      : { limit: { clock: systemClock, ms: options.limitMs } }),
  });
  const tools = { log, clock: systemClock, random: () => 0.5, observer: collectFaults() };
  return runConsumer(guard, { ...tools, groupPrefix: "test" });
}

/** One iteration; agents have a second. */
const HURRIED = { ...LIMITS, max_iterations: 1, agent_timeout_s: 1, person_timeout_s: 0 };

const count = (events: readonly Recorded[], type: Recorded["type"]): number =>
  events.filter((event) => event.type === type).length;

async function resume(backend: TestBackend, escalation: string): Promise<void> {
  const data = {
    escalation,
    choice: "resume",
    instruction: null,
    decided_by: "ann",
    reason: "the guard is back",
  };
  await submit(backend.log, inputOf("s1", escalation), { type: "HumanDecided", data });
}

const BOTH_LOGS = BACKENDS.slice(1);

describe.each(BOTH_LOGS)("without a guard process, on $name", ({ open }) => {
  it("a session whose agents have no limit waits, and goes on when the guard comes", async () => {
    const { backend, trained, speak } = await stage(open);
    speak();
    await request(backend.log, "s1", { limits: { ...LIMITS, agent_timeout_s: 0 } });
    await until(backend.log, "s1", "ProposalMade");
    expect(trained()).toBe(0);
    const guard = await startGuard(backend);
    const entries = await until(backend.log, "s1");
    await guard.stop();
    expect(eventsOf(entries).at(-2)).toMatchObject({ data: { status: "completed" } });
    expect(trained()).toBeGreaterThan(0);
  });

  it("a session whose baseline nobody clears in time ends as failed, with nothing trained", async () => {
    const { backend, trained, speak } = await stage(open);
    speak();
    await request(backend.log, "s1", { limits: HURRIED });
    const events = eventsOf(await until(backend.log, "s1"));
    expect(events.find((event) => event.type === "SessionCompleted")).toMatchObject({
      data: { status: "failed", reason: "verdict took too long" },
    });
    expect([trained(), count(events, "TrainingRequested")]).toEqual([0, 0]);
  });

  it("a running session climbs to a person, trains nothing, and goes on when the guard is back", async () => {
    const { backend, trained, speak } = await stage(open);
    const first = await startGuard(backend);
    await request(backend.log, "s1", { limits: { ...HURRIED, agent_timeout_s: 4 } });
    await until(backend.log, "s1", "ProposalRouted");
    await first.stop();
    speak();
    const waiting = eventsOf(await until(backend.log, "s1", "EscalationRaised", 60));
    expect(count(waiting, "ModelTrained")).toBe(1);
    expect(trained()).toBe(1);
    const late = waiting.flatMap((event) =>
      event.type === "DeadlinePassed" ? [event.data.waited_for] : [],
    );
    expect(late).toContain("verdict");
    const second = await startGuard(backend);
    await until(backend.log, "s1", "OutcomeRefused", 60);
    await resume(backend, "e1");
    const events = eventsOf(await until(backend.log, "s1", "SessionSealed", 60));
    await second.stop();
    expect(events.at(-2)).toMatchObject({ data: { status: "completed" } });
    // What it judged too late is refused and recorded, not taken up.
    expect(
      events.filter((e) => e.type === "OutcomeRefused" && e.data.event_type === "ProposalCleared"),
    ).not.toEqual([]);
    expect(count(events, "ModelTrained")).toBe(2);
  });
});

const CLEARED: SemanticOpinion = { verdict: "cleared", violations: [], detail: "" };

/** A judge that fails on words; the baseline has none. */
function troubled(trouble: () => Promise<SemanticOpinion>): SemanticJudge {
  return {
    name: "troubled",
    digest: "0",
    judge: ({ reasoning }) => (reasoning === "" ? Promise.resolve(CLEARED) : trouble()),
  };
}

const hanging = (): Promise<SemanticOpinion> => new Promise(() => {});

function deadEncoder() {
  const { encoder } = shippedIntentHead();
  const embed = () => Promise.reject(new MmmError("encoder_unavailable", "the worker died"));
  return { digest: encoder, embed };
}

/** Claude where nothing listens. */
function unreachableClaude(backend: TestBackend): readonly SemanticJudge[] {
  return wireClaude({
    settings: {
      ...loadSettings(null, {}).agents,
      claude: claudeSettings({
        guard_judge: true,
        backoff_ms: 2,
        backoff_ms_max: 5,
        attempt_timeout_s: 1,
        total_timeout_s: 2,
      }),
    },
    environment: { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: "http://127.0.0.1:9" },
    snapshots: backend.snapshots,
    values: backend.snapshots,
    clock: systemClock,
    random: () => 0.5,
    observer: SILENT_MODEL_OBSERVER,
    spec: SPECIFICATION_SHIPPED,
    load: loadExample,
    callOut: true,
    signal: new AbortController().signal,
  }).judges;
}

const TROUBLES: readonly {
  readonly name: string;
  readonly guard: (backend: TestBackend) => GuardOptions;
  readonly code: string;
}[] = [
  {
    name: "hangs beyond the limit",
    guard: () => ({ judges: [troubled(hanging)], limitMs: 50 }),
    code: "guard_failed",
  },
  {
    name: "throws",
    guard: () => ({ judges: [troubled(() => Promise.reject(new Error("broken")))] }),
    code: "judge_unavailable",
  },
  {
    name: "has no encoder",
    guard: () => ({ judges: judgesOf(null, loadSettings(null, {}), "model.onnx is missing") }),
    code: "judge_unavailable",
  },
  {
    name: "has an encoder that died",
    guard: () => ({ judges: [headJudge(deadEncoder(), shippedIntentHead())] }),
    code: "judge_unavailable",
  },
  {
    name: "asks a Claude that cannot be reached",
    guard: (backend) => ({ judges: unreachableClaude(backend) }),
    code: "judge_unavailable",
  },
];

describe.each(BOTH_LOGS)("a guard whose judge is in trouble, on $name", ({ open }) => {
  it.each(TROUBLES)("$name: every proposal is vetoed and a person is asked", async (trouble) => {
    const { backend, trained, speak } = await stage(open);
    speak();
    const options = trouble.guard(backend);
    expect((options.judges ?? []).length).toBeGreaterThan(0);
    const guard = await startGuard(backend, options);
    await request(backend.log, "s1", { limits: { ...HURRIED, agent_timeout_s: 60 } });
    const events = eventsOf(await until(backend.log, "s1", "EscalationRaised", 60));
    await guard.stop();
    const codes = events.flatMap((event) =>
      event.type === "ProposalVetoed" ? event.data.violations.map(({ code }) => code) : [],
    );
    expect(codes).toEqual([trouble.code, trouble.code, trouble.code]);
    expect([trained(), count(events, "ModelTrained")]).toEqual([1, 1]);
    expect(events.at(-1)).toMatchObject({ data: { violations: [{ code: trouble.code }] } });
  });
});

describe.each(BOTH_LOGS)("a guard whose judge recovers, on $name", ({ open }) => {
  it("clears the same proposal after a person's word; the refusal was not remembered", async () => {
    const { backend, trained, speak } = await stage(open);
    speak();
    let broken = true;
    const judges = [
      troubled(() => (broken ? Promise.reject(new Error("broken")) : Promise.resolve(CLEARED))),
    ];
    const guard = await startGuard(backend, { judges });
    await request(backend.log, "s1", { limits: { ...HURRIED, agent_timeout_s: 60 } });
    await until(backend.log, "s1", "EscalationRaised", 60);
    broken = false;
    await resume(backend, "e1");
    const events = eventsOf(await until(backend.log, "s1", "SessionSealed", 60));
    await guard.stop();
    expect(events.at(-2)).toMatchObject({ data: { status: "completed" } });
    expect(trained()).toBe(2);
  });
});
