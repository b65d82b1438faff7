/**
 * The guard down, slow, or not able to judge: sessions wait, escalate, or fail with the cause; nothing
 * passes, and nothing is called a veto that was never judged.
 */
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { buildClaudeWiring } from "../../app/compose-claude.ts";
import { loadSettings } from "../../app/settings.ts";
import { runConsumer, type Running } from "../../consumers/loop/run-consumer.ts";
import { createDataLoader, callModel } from "../../agents/data-source.ts";
import { createGuard } from "../../consumers/guard.ts";
import { createVerdictRequest, type VerdictRequestTools } from "../../consumers/guard-question.ts";
import type { Keys } from "../../consumers/coordinator/attachments.ts";
import { measureObservedExposure } from "../../guard/signature/exposure.ts";
import { createHeadJudge } from "../../guard/words/head-judge.ts";
import { loadShippedIntentHead } from "../../guard/words/intent-head.ts";
import { judge } from "../../guard/judge.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import type { SemanticJudge, SemanticOpinion } from "../../guard/words/judges.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { systemClock } from "../../infra/clock.ts";
import { readTextFile } from "../../infra/files.ts";
import { sendToInbox } from "../../producers/request.ts";
import type { Recorded } from "../../schemas/event.ts";
import { MmmError } from "../../schemas/errors.ts";
import { SILENT_MODEL_OBSERVER } from "../../session/language-model.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { claudeSettings } from "../support/claude/claude.ts";
import { KEY, loadExample } from "../support/claude/system.ts";
import { LIMITS } from "../support/given.ts";
import { scratch } from "../support/mmm.ts";
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
  readonly observed?: VerdictRequestTools["observed"];
  readonly limitMs?: number;
  readonly keys?: Keys;
}

/** A guard of its own, as another process would be. */
async function startGuard({ log }: TestBackend, options: GuardOptions = {}): Promise<Running> {
  const spec = SPECIFICATION_SHIPPED;
  const keys = options.keys ?? TEST_KEYS;
  const guard = createGuard({
    judge: createVerdictRequest({
      spec,
      judge: (input) => judge(input, options.judges ?? []),
      ...(options.observed === undefined ? {} : { observed: options.observed }),
    }),
    specDigest: spec.digest,
    guardKeys: keys.guard,
    coordinatorKeys: keys.coordinator,
    retry: { clock: systemClock, waitsMs: [5, 5, 5] },
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
  await sendToInbox(backend.log, inputOf("s1", escalation), { type: "HumanDecided", data });
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
  const { encoder } = loadShippedIntentHead();
  const embed = () => Promise.reject(new MmmError("encoder_unavailable", "the worker died"));
  return { digest: encoder, embed };
}

/** Claude where nothing listens. */
function unreachableClaude(backend: TestBackend): readonly SemanticJudge[] {
  return buildClaudeWiring({
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
  readonly cause: string;
}[] = [
  {
    name: "hangs beyond the limit",
    guard: () => ({ judges: [troubled(hanging)], limitMs: 50 }),
    cause: "no verdict within the time limit",
  },
  {
    name: "throws",
    guard: () => ({ judges: [troubled(() => Promise.reject(new Error("broken")))] }),
    cause: "broken",
  },
  {
    name: "has an encoder that died",
    guard: () => ({ judges: [createHeadJudge(deadEncoder(), loadShippedIntentHead())] }),
    cause: "the worker died",
  },
  {
    name: "asks a Claude that cannot be reached",
    guard: (backend) => ({ judges: unreachableClaude(backend) }),
    cause: "Claude gave no verdict",
  },
];

/** What a session must never hold about a proposal that nobody judged. */
const WORDS_ABOUT_THE_PROPOSAL: readonly Recorded["type"][] = [
  "ProposalVetoed",
  "RejectionExplained",
  "ProposalRejected",
  "EscalationRaised",
];

/** The session is over for a stated cause, told once, with nothing said about the proposal. */
function expectSystemFailure(events: readonly Recorded[], cause: string): void {
  expect(events.filter(({ type }) => WORDS_ABOUT_THE_PROPOSAL.includes(type))).toEqual([]);
  expect(count(events, "GuardFailed")).toBe(1);
  expect(events.at(-2)).toMatchObject({
    type: "SessionCompleted",
    data: {
      status: "failed",
      reason: expect.stringMatching(/^the guard could not judge: /),
      vetoes: 0,
      rejections: 0,
      escalations: 0,
    },
  });
  expect(JSON.stringify(events.at(-2))).toContain(cause);
}

describe.each(BOTH_LOGS)("a guard whose judge is in trouble, on $name", ({ open }) => {
  it.each(TROUBLES)(
    "$name: the session fails with the cause, and nothing is trained",
    async (trouble) => {
      const { backend, trained, speak } = await stage(open);
      speak();
      const options = trouble.guard(backend);
      expect((options.judges ?? []).length).toBeGreaterThan(0);
      const guard = await startGuard(backend, options);
      await request(backend.log, "s1", { limits: { ...HURRIED, agent_timeout_s: 60 } });
      const events = eventsOf(await until(backend.log, "s1", "SessionSealed", 60));
      await guard.stop();
      expectSystemFailure(events, trouble.cause);
      // The baseline has no words, so it was judged and trained.
      expect([trained(), count(events, "ModelTrained")]).toEqual([1, 1]);
    },
  );
});

/** The exposure as a worker sees it that reads `path`. */
const seenIn = (path: string): NonNullable<VerdictRequestTools["observed"]> => {
  const load = createDataLoader({ read: async () => readTextFile(path, "csv", "data_invalid") });
  return async (baseline) => {
    const { dataset } = await load(baseline);
    return callModel(() => measureObservedExposure(dataset, baseline));
  };
};

const UNREADABLE: readonly { readonly name: string; readonly write: (path: string) => void }[] = [
  { name: "is absent", write: () => {} },
  { name: "is a folder", write: (path) => mkdirSync(path) },
  { name: "is too big", write: (path) => truncateSync(opened(path), 64 * 1024 * 1024 + 1) },
  { name: "is no table", write: (path) => writeFileSync(path, "\u0000\u0001\u0002") },
];

function opened(path: string): string {
  writeFileSync(path, "");
  return path;
}

describe.each(BOTH_LOGS)(
  "a data file that the guard's worker cannot read, on $name",
  ({ open }) => {
    it.each(UNREADABLE)(
      "$name: the session fails and names the file's fault",
      async ({ write }) => {
        const { backend, trained, speak } = await stage(open);
        speak();
        const path = join(scratch(), "weekly.csv");
        write(path);
        const guard = await startGuard(backend, { observed: seenIn(path) });
        await request(backend.log, "s1", { limits: HURRIED });
        const events = eventsOf(await until(backend.log, "s1", "SessionSealed", 60));
        await guard.stop();
        expectSystemFailure(events, "");
        expect(events.find(({ type }) => type === "GuardFailed")).toMatchObject({
          data: { proposal: "w0.1", code: "data_invalid" },
        });
        expect(trained()).toBe(0);
      },
    );

    it("that comes back is read, and the session goes on as if nothing had been", async () => {
      const { backend, trained, speak } = await stage(open);
      speak();
      let looks = 0;
      const observed = async () => {
        looks += 1;
        if (looks < 3) throw new MmmError("data_invalid", "weekly.csv: cannot be read (EBUSY)");
        return {};
      };
      const guard = await startGuard(backend, { observed });
      await request(backend.log, "s1", { limits: { ...HURRIED, agent_timeout_s: 60 } });
      const events = eventsOf(await until(backend.log, "s1", "SessionSealed", 60));
      await guard.stop();
      expect(events.at(-2)).toMatchObject({ data: { status: "completed", vetoes: 0 } });
      // Two looks that failed; then the baseline's data, and once more when the session has pinned them.
      expect([looks, trained()]).toEqual([4, 2]);
    });
  },
);

describe.each(BOTH_LOGS)("a guard with other keys than the coordinator, on $name", ({ open }) => {
  it("says so with the remedy, once, and the session fails", async () => {
    const { backend, trained, speak } = await stage(open);
    speak();
    const stranger = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(9)));
    const guard = await startGuard(backend, { keys: { ...TEST_KEYS, coordinator: stranger } });
    await request(backend.log, "s1", { limits: HURRIED });
    const events = eventsOf(await until(backend.log, "s1", "SessionSealed", 60));
    await guard.stop();
    expectSystemFailure(events, "MMM_KEYS");
    expect(trained()).toBe(0);
  });
});

describe.each(BOTH_LOGS)("a guard whose judge recovers, on $name", ({ open }) => {
  it("waits, asks again and clears; nothing of it is in the history", async () => {
    const { backend, trained, speak } = await stage(open);
    speak();
    let asked = 0;
    const judges = [
      troubled(() => {
        asked += 1;
        return asked < 3 ? Promise.reject(new Error("broken")) : Promise.resolve(CLEARED);
      }),
    ];
    const guard = await startGuard(backend, { judges });
    await request(backend.log, "s1", { limits: { ...HURRIED, agent_timeout_s: 60 } });
    const events = eventsOf(await until(backend.log, "s1", "SessionSealed", 60));
    await guard.stop();
    expect(events.at(-2)).toMatchObject({ data: { status: "completed", vetoes: 0 } });
    expect(count(events, "GuardFailed")).toBe(0);
    expect([asked, trained()]).toEqual([3, 2]);
  });
});
