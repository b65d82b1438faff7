/**
 * The whole system around instant agents on any log and snapshot store, and a way to run sessions
 * through it: submit, wait for the seal to be durable.
 */
import { createBusinessAnalyst } from "../../consumers/business-analyst.ts";
import { runConsumer, type Running } from "../../consumers/loop/run-consumer.ts";
import type { Consumer } from "../../consumers/loop/consumer.ts";
import { runCoordinator } from "../../consumers/coordinator/coordinator.ts";
import { createDataScientist } from "../../consumers/data-scientist.ts";
import { createGuard } from "../../consumers/guard.ts";
import { createVerdictRequest } from "../../consumers/guard-question.ts";
import { SILENT } from "../../consumers/loop/observer.ts";
import { createResearchPersona } from "../../consumers/research-persona.ts";
import { createRouter } from "../../consumers/router.ts";
import { createStakeholder } from "../../consumers/stakeholder.ts";
import { createTrainer } from "../../consumers/trainer/trainer.ts";
import type { Keys } from "../../consumers/coordinator/attachments.ts";
import { judge } from "../../guard/judge.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { systemClock } from "../../infra/clock.ts";
import { deriveRequestedSessionId, sendToInbox } from "../../producers/request.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type { EventLog, OutgoingRecord, SnapshotStore } from "../../session/ports.ts";
import { benchRequest, instantReasoners, instantRoute, instantTraining } from "./instant.ts";

export interface LoopSystem {
  /** Runs one session to its durable seal; resolves with the milliseconds it took. */
  session(seed: number): Promise<number>;
  /** Runs one session up to where it waits for a person, and leaves it open. */
  park(seed: number): Promise<number>;
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly iterations: number;
}

export async function startLoop(options: LoopOptions): Promise<LoopSystem> {
  const { snapshots, iterations } = options;
  const waiting = new Map<string, () => void>();
  const log = watched(options.log, (session) => waiting.get(session)?.());
  async function run(seed: number, unit: string): Promise<number> {
    const request = { ...benchRequest(seed, iterations), business_unit: unit };
    const session = deriveRequestedSessionId(request, 0);
    const arrived = Promise.withResolvers<void>();
    waiting.set(session, arrived.resolve);
    const started = performance.now();
    const time = new Date(systemClock.now()).toISOString();
    const input = { session, businessUnit: unit, producer: "bench", key: "1", time };
    await sendToInbox(log, input, { type: "SessionRequested", data: request });
    await arrived.promise;
    await log.flush();
    waiting.delete(session);
    return performance.now() - started;
  }
  const ring = (name: string) =>
    createKeyRing(deriveSigningKey(Buffer.from(computeSha256(name), "hex")));
  const keys: Keys = { coordinator: ring("bench coordinator"), guard: ring("bench guard") };
  const shared = { log, clock: systemClock, observer: SILENT, groupPrefix: "bench" };
  const running: Running[] = [await runCoordinator({ ...shared, snapshots, keys })];
  for (const consumer of consumersOf(keys)) {
    running.push(await runConsumer(consumer, { ...shared, random: Math.random }));
  }
  return {
    session: (seed) => run(seed, "bench"),
    park: (seed) => run(-seed, "parked"),
    stop: async () => {
      for (const one of running.toReversed()) await one.stop();
    },
  };
}

const ENDS: ReadonlySet<string> = new Set(["mmm.SessionSealed", "mmm.EscalationRaised"]);

/** Tells of every session whose seal, or wait for a person, was committed. */
function watched(log: EventLog, arrived: (session: string) => void): EventLog {
  const isEnd = (record: OutgoingRecord) =>
    record.topic === TOPICS.history.topic && ENDS.has(record.headers["ce_type"] ?? "");
  return {
    ...log,
    transactor: async (group, topicPartition) => {
      const inner = await log.transactor(group, topicPartition);
      return {
        next: inner.next,
        close: () => inner.close(),
        commit: async (records, offset) => {
          const offsets = await inner.commit(records, offset);
          for (const record of records) if (isEnd(record)) arrived(record.key);
          return offsets;
        },
      };
    },
  };
}

function consumersOf(keys: Keys): Consumer[] {
  const spec = SPECIFICATION_SHIPPED;
  const agents = { reasoners: instantReasoners(), spec, coordinatorKeys: keys.coordinator };
  return [
    createRouter({ route: instantRoute }),
    createDataScientist(agents),
    createGuard({
      judge: createVerdictRequest({ spec, judge: (input) => judge(input, []) }),
      specDigest: spec.digest,
      guardKeys: keys.guard,
      coordinatorKeys: keys.coordinator,
    }),
    createTrainer({
      training: instantTraining(),
      guardKeys: keys.guard,
      specDigest: spec.digest,
    }),
    createBusinessAnalyst(agents),
    createStakeholder(agents),
    createResearchPersona(agents),
  ];
}
