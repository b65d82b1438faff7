/**
 * Sessions whose Data Scientist says exactly what a test tells it to: raw texts, as an attacker would
 * send them. Guard, coordinator, ladder, Research Persona and the trainer's checks are the real ones.
 */
import { runConsumer, type Running } from "../../consumers/loop/run-consumer.ts";
import { emit, type Consumer } from "../../consumers/loop/consumer.ts";
import { explainRejection } from "../../agents/builtin/research-persona.ts";
import type { VerdictRequestTools } from "../../consumers/guard-question.ts";
import type { Training } from "../../consumers/trainer/trainer.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { systemClock } from "../../infra/clock.ts";
import type { ModelConfig } from "../../model/config.ts";
import { sendToInbox } from "../../producers/request.ts";
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import type { EventOf, Recorded } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { toHistoryEntry } from "../../session/audit.ts";
import type { EventLog } from "../../session/ports.ts";
import { formatProposalId } from "../../session/state.ts";
import type { TestBackend } from "./backends.ts";
import { LIMITS, metrics } from "./given.ts";
import { collectFaults, inputOf, instantTraining, request, startSystem } from "./system.ts";

/** One session: its baseline, and what its Data Scientist proposes in each iteration. */
export interface Plan {
  readonly session: string;
  /** Text of the pinned baseline. */
  readonly baseline: string;
  /** Raw proposals, one per iteration; repeated on every attempt at it. */
  readonly proposals: readonly string[];
  /** Texts of configurations that training finds better than everything before. */
  readonly better: ReadonlySet<string>;
}

/** A Data Scientist that replays the plans. */
export function createReplayer(plans: ReadonlyMap<string, Plan>): Consumer {
  return {
    name: "data-scientist",
    reads: [TOPICS.dataScientist],
    on: {
      TaskAssigned: async (event) => {
        const { work_item, attempt, iteration } = event.data;
        const raw = plans.get(event.envelope.session)?.proposals[iteration - 1] ?? "";
        const data: EventOf<"ProposalMade">["data"] = {
          work_item,
          attempt,
          proposal: formatProposalId(work_item, attempt),
          author: "data_scientist",
          raw,
          search_score: null,
          evaluations: 0,
          reasoner: BUILTIN_REASONER,
        };
        const made = emit({ type: "ProposalMade", data }, TOPICS.sessions, TOPICS.dsOutputs);
        const { warrant } = event.attachments;
        return [warrant === undefined ? made : { ...made, attachments: { warrant } }];
      },
    },
  };
}

export interface Watched {
  readonly running: Running;
  readonly faults: ReturnType<typeof collectFaults>;
  /** Every configuration that reached the trainer's engine, by the digest of its canonical text. */
  readonly trained: ReadonlyMap<string, ModelConfig>;
}

export interface WatchedOptions {
  readonly judges: readonly SemanticJudge[];
  readonly observed?: VerdictRequestTools["observed"];
  readonly without?: readonly string[];
}

/** The system with the replayer, and with a trainer that remembers what it was given. */
export async function startReplaying(
  backend: TestBackend,
  plans: readonly Plan[],
  options: WatchedOptions,
): Promise<Watched> {
  const byName = new Map(plans.map((plan) => [plan.session, plan]));
  const better = new Set(plans.flatMap((plan) => [...plan.better]));
  const trained = new Map<string, ModelConfig>();
  const training: Training = {
    ...instantTraining,
    name: "remembering",
    train: async (config, job) => {
      const text = toCanonicalJson(config);
      trained.set(computeSha256(text), config);
      const loss = better.has(text) ? 0.1 : 0.2;
      const found = await instantTraining.train(config, job);
      return { ...found, loss, validation: metrics(loss), in_sample: metrics(loss) };
    },
  };
  const faults = collectFaults();
  const { without = [], ...rest } = options;
  const running = await startSystem({
    ...backend,
    ...rest,
    training,
    observer: faults,
    without: [...without, "data-scientist"],
    reasoners: {
      explain: async (job) => ({
        ...explainRejection(job, SPECIFICATION_SHIPPED),
        note: BUILTIN_REASONER,
      }),
    },
  });
  const replayer = await runConsumer(createReplayer(byName), {
    log: backend.log,
    clock: systemClock,
    random: () => 0.5,
    observer: faults,
    groupPrefix: "test",
  });
  return {
    faults,
    trained,
    running: {
      ended: running.ended,
      stop: async () => {
        await replayer.stop();
        await running.stop();
      },
    },
  };
}

/**
 * Asks for every session, answers each escalation with "keep_current", and returns the histories when
 * all are sealed.
 */
export async function playOut(
  log: EventLog,
  plans: readonly Plan[],
  seconds: number,
): Promise<ReadonlyMap<string, readonly Recorded[]>> {
  const histories = new Map<string, Recorded[]>(plans.map(({ session }) => [session, []]));
  for (const { session, baseline, proposals } of plans) {
    await request(log, session, {
      baseline,
      limits: { ...LIMITS, max_iterations: proposals.length, patience: 1000 },
    });
  }
  let open = plans.length;
  const signal = AbortSignal.timeout(seconds * 1000);
  for await (const record of log.read({ topic: "history", follow: true, signal })) {
    const { event } = toHistoryEntry(record);
    const { session } = event.envelope;
    histories.get(session)?.push(event);
    if (event.type === "EscalationRaised") await keepCurrent(log, session, event.data.escalation);
    if (event.type === "SessionSealed" && (open -= 1) === 0) return histories;
  }
  const unsealed = [...histories].filter(([, events]) => events.at(-1)?.type !== "SessionSealed");
  const told = unsealed.slice(0, 3).map(([name, events]) => `${name} at ${events.at(-1)?.type}`);
  throw new Error(`${open} sessions are not sealed after ${seconds} s: ${told.join(", ")}`);
}

async function keepCurrent(log: EventLog, session: string, escalation: string): Promise<void> {
  const data = {
    escalation,
    choice: "keep_current",
    instruction: null,
    decided_by: "ann",
    reason: "it was refused three times",
  };
  await sendToInbox(log, inputOf(session, escalation), { type: "HumanDecided", data });
}
