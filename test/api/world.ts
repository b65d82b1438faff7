/**
 * One back end with one running system for all tests of a block, and an API of its own for each of
 * them: so that what the API promises is held on SQLite and on Kafka with Redis, not in memory alone,
 * without a new cluster of topics and groups for every test.
 *
 * Tests of a block run one after the other. Each has a business unit of its own, plays its own script
 * of agents, and ends its sessions.
 */
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { Reasoners } from "../../agents/reasoners.ts";
import type { Running } from "../../consumers/loop/run-consumer.ts";
import type { ApiTools } from "../../api/tools.ts";
import { sendToInbox } from "../../producers/request.ts";
import type { TestBackend } from "../support/backends.ts";
import {
  inputOf,
  instantTraining,
  scriptedReasoners,
  startSystem,
  type SystemOptions,
} from "../support/system.ts";
import { startHarness, type Harness } from "./api-harness.ts";

export interface Script {
  readonly reasoners?: Partial<Reasoners>;
  readonly training?: NonNullable<SystemOptions["training"]>;
  readonly route?: NonNullable<SystemOptions["route"]>;
}

export interface ServeOptions extends Script {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly tools?: Partial<ApiTools>;
}

export interface Served extends Harness {
  /** A business unit that no other test uses. */
  readonly unit: string;
}

export interface World {
  /** Starts an API for this test, or a further replica; it ends with the test. */
  serve(options?: ServeOptions): Promise<Served>;
  backend(): TestBackend;
}

/** To be called inside a `describe`; the back end is opened before its first test. */
export function worldOn(open: () => Promise<TestBackend>): World {
  let backend: TestBackend | null = null;
  let system: Running | null = null;
  let script: Script = {};
  let units = 0;
  const opened = (): TestBackend => {
    if (backend === null) throw new Error("the back end is open in tests only");
    return backend;
  };
  beforeAll(async () => {
    backend = await open();
    system = await startSystem({ ...backend, ...actors(() => script) });
  });
  afterAll(async () => {
    await system?.stop();
    await backend?.close();
  });
  return {
    backend: opened,
    serve: async ({ settings, tools, ...played } = {}) => {
      const { log, snapshots } = opened();
      units += 1;
      const unit = `unit-${units}`;
      script = played;
      const harness = await startHarness({
        system: false,
        log,
        snapshots,
        ...(settings === undefined ? {} : { settings }),
        ...(tools === undefined ? {} : { tools }),
      });
      onTestFinished(async () => {
        await endAll(opened(), unit);
        await harness.close();
      });
      return { ...harness, unit };
    },
  };
}

type RouteOf = NonNullable<Script["route"]>;

function routed(role: Awaited<ReturnType<RouteOf>>["role"]): Awaited<ReturnType<RouteOf>> {
  return {
    role,
    alternatives: ["business_analyst"],
    source: "rules",
    confidence: 0.1,
    scores: [],
    threshold: 0.6,
    model_digest: null,
    reason: "scripted",
  };
}

/** Every task goes to the Data Scientist, or to whom a person has named. */
const sure: RouteOf = async (task) => routed(task.pinned ?? "data_scientist");

/** Nobody is sure who takes a task until a person has decided. */
export const unsure: RouteOf = async (task) =>
  routed(task.pinned === null ? null : "data_scientist");

/** Agents that do what the script of the moment says, else what the shared ones do. */
function actors(script: () => Script): Required<Script> {
  const now = (): Reasoners => ({ ...scriptedReasoners, ...script().reasoners });
  return {
    reasoners: {
      propose: (job) => orStopped(job.signal, now().propose(job)),
      review: (job) => orStopped(job.signal, now().review(job)),
      advise: (job) => orStopped(job.signal, now().advise(job)),
      explain: (job) => orStopped(job.signal, now().explain(job)),
      decide: (job) => orStopped(job.signal, now().decide(job)),
    },
    training: {
      ...instantTraining,
      train: (...given) => (script().training ?? instantTraining).train(...given),
    },
    route: (...given) => (script().route ?? sure)(...given),
  };
}

/** An agent that never answers must not hold up the end of the block. */
function orStopped<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  return Promise.race([answer, promise]);
}

async function endAll({ log, snapshots }: TestBackend, unit: string): Promise<void> {
  const open = (await snapshots.list({ business_unit: unit })).filter(({ status }) =>
    ["running", "waiting"].includes(status),
  );
  for (const { session } of open) {
    const input = { ...inputOf(session, "end"), businessUnit: unit };
    const data = { by: "test", reason: "the test is over" };
    await sendToInbox(log, input, { type: "SessionCancelled", data });
  }
}
