/**
 * One simulated process with all roles: the real coordinator, consumers and guard on simulated
 * ports, with prepared agents and trainer.
 */
import { createBusinessAnalyst } from "../../consumers/business-analyst.ts";
import { runConsumer, type Running } from "../../consumers/loop/run-consumer.ts";
import { findHandler, type Consumer, type Handling } from "../../consumers/loop/consumer.ts";
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
import type { Emission } from "../../producers/publish.ts";
import type { Recorded } from "../../schemas/event.ts";
import { judge } from "../../guard/judge.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import type { Broker } from "./broker.ts";
import {
  castRoute,
  createCast,
  createCastJudge,
  createCastTraining,
  type Trouble,
} from "./cast.ts";
import type { Invariants } from "./invariants.ts";
import { createSimLog, type CallFault } from "./log-client.ts";
import type { Scheduler, SimProcess } from "./scheduler.ts";
import { createSimSnapshots, type SimStore } from "./snapshots.ts";

export const GROUP_PREFIX = "sim";

export interface WorkerParts {
  readonly scheduler: Scheduler;
  readonly broker: Broker;
  readonly store: SimStore;
  readonly keys: Keys;
  readonly invariants: Invariants;
  readonly trouble: Trouble;
  readonly logFault: () => CallFault;
  readonly storeFault: () => CallFault;
  readonly checkEveryMs: number;
}

export interface Worker {
  readonly process: SimProcess;
  /** Orderly stop of all roles. */
  stop(): Promise<void>;
}

/** Starts all roles; what it awaits is driven by the scheduler. */
export function startWorker(parts: WorkerParts, process: SimProcess): Worker {
  const { scheduler, broker, keys } = parts;
  const log = createSimLog({ scheduler, broker, process, callFault: parts.logFault });
  const snapshots = createSimSnapshots({
    store: parts.store,
    process,
    callFault: parts.storeFault,
  });
  const shared = { log, clock: process, observer: SILENT, groupPrefix: GROUP_PREFIX };
  const random = () => scheduler.random.uniform();
  const started: Promise<Running>[] = [
    runCoordinator({
      ...shared,
      snapshots,
      keys,
      batchMax: 32,
      checkEveryMs: parts.checkEveryMs,
      // The simulated log counts no lag.
      quietMs: Number.POSITIVE_INFINITY,
    }),
    ...consumersOf(parts).map((consumer) => runConsumer(consumer, { ...shared, random })),
  ];
  for (const one of started) {
    one.then((running) => running.ended).catch((error: unknown) => process.failed(error));
  }
  return {
    process,
    stop: async () => {
      for (const one of started.toReversed()) await (await one).stop();
    },
  };
}

function consumersOf(parts: WorkerParts): Consumer[] {
  const { keys, trouble, invariants } = parts;
  const spec = SPECIFICATION_SHIPPED;
  const agents = { reasoners: createCast(trouble), spec, coordinatorKeys: keys.coordinator };
  const trainer = createTrainer({
    training: createCastTraining(trouble, {
      trained: (config, signal) => invariants.trained(config, signal),
      tested: (baseline, final, signal) => invariants.tested(baseline, final, signal),
    }),
    guardKeys: keys.guard,
    specDigest: spec.digest,
  });
  return [
    createRouter({ route: castRoute }),
    createDataScientist(agents),
    createGuard({
      judge: createVerdictRequest({
        spec,
        judge: (input) => judge(input, [createCastJudge(trouble)]),
      }),
      specDigest: spec.digest,
      guardKeys: keys.guard,
      coordinatorKeys: keys.coordinator,
    }),
    watched(trainer, invariants),
    createBusinessAnalyst(agents),
    createStakeholder(agents),
    createResearchPersona(agents),
  ];
}

/** Ties each training call to the event it is for. */
function watched(trainer: Consumer, invariants: Invariants): Consumer {
  const watch = async (event: Recorded, handling: Handling): Promise<readonly Emission[]> => {
    const signal = AbortSignal.any([handling.signal]);
    invariants.handling(signal, event);
    return (await findHandler(trainer, event)?.({ signal })) ?? [];
  };
  return { ...trainer, on: { TrainingRequested: watch, LockedTestRequested: watch } };
}
