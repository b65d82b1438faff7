/**
 * A system in parts on one log: consumers are started by name, some later or with other keys than the
 * rest, and nobody proposes until `speak`.
 */
import type { Running } from "../../consumers/loop/run-consumer.ts";
import type { Keys } from "../../consumers/coordinator/attachments.ts";
import type { ModelConfig } from "../../model/config.ts";
import type { EventLog } from "../../session/ports.ts";
import type { TestBackend } from "./backends.ts";
import { instantTraining, scriptedReasoners, startSystem } from "./system.ts";

const CONSUMERS = [
  "coordinator",
  "router",
  "data-scientist",
  "guard",
  "trainer",
  "business-analyst",
  "stakeholder",
  "research-persona",
];

export interface Stage {
  readonly log: EventLog;
  /** What was given to the engine. */
  readonly trained: readonly ModelConfig[];
  /** Lets the Data Scientist speak. */
  readonly speak: () => void;
  /** Starts the consumers whose names are wanted. */
  readonly start: (
    wanted: (name: string) => boolean,
    more?: { log?: EventLog; keys?: Keys },
  ) => Promise<Running>;
  /** Stops what was started, last first, and closes the log. */
  readonly close: () => Promise<void>;
}

/** An empty stage on a fresh log. */
export async function openStage(open: () => Promise<TestBackend>): Promise<Stage> {
  const backend = await open();
  const tongue = Promise.withResolvers<void>();
  const trained: ModelConfig[] = [];
  const running: Running[] = [];
  const options = {
    ...backend,
    training: {
      ...instantTraining,
      train: (...args: Parameters<typeof instantTraining.train>) => {
        trained.push(args[0]);
        return instantTraining.train(...args);
      },
    },
    reasoners: {
      propose: async (job: Parameters<typeof scriptedReasoners.propose>[0]) => {
        await tongue.promise;
        return scriptedReasoners.propose(job);
      },
    },
  };
  return {
    log: backend.log,
    trained,
    speak: tongue.resolve,
    start: async (wanted, more = {}) => {
      const without = CONSUMERS.filter((name) => !wanted(name));
      const part = await startSystem({ ...options, ...more, without });
      running.push(part);
      return part;
    },
    close: async () => {
      tongue.resolve();
      for (const part of running.toReversed()) await part.stop();
      await backend.close();
    },
  };
}
