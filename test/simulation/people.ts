/**
 * Those outside: requesters, people who decide on escalations, and an adversary who writes to the
 * topics. They never crash; what they write takes effect at once.
 */
import { decodeRecord } from "../../consumers/loop/decode-record.ts";
import { sendToInbox } from "../../producers/request.ts";
import { encodeEvent } from "../../schemas/codec.ts";
import {
  deriveEventId,
  deriveSessionId,
  type Attachments,
  type Event,
} from "../../schemas/event.ts";
import { toHeaders } from "../../schemas/headers.ts";
import { ROLE_TOPICS, TOPICS } from "../../schemas/topics.ts";
import type { LogRecord } from "../../session/ports.ts";
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { decodeEvent } from "../../schemas/codec.ts";
import type { Broker } from "./broker.ts";
import { createSimLog } from "./log-client.ts";
import { SimProcess, type Scheduler } from "./scheduler.ts";
import { BASELINE } from "./workload.ts";

const UNIT = "simulated-unit";

/** A record that no consumer can decode, and where it was put. */
export interface Poison {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: Uint8Array;
}

export class People {
  readonly poisons: Poison[] = [];
  /** Things somebody is about to write. */
  pending = 0;
  readonly #scheduler: Scheduler;
  readonly #broker: Broker;
  readonly #process: SimProcess;
  #forgeries = 0;

  constructor(scheduler: Scheduler, broker: Broker) {
    this.#scheduler = scheduler;
    this.#broker = broker;
    this.#process = new SimProcess(scheduler, "people", 0);
  }

  get process(): SimProcess {
    return this.#process;
  }

  /** Writes inputs to the inbox one after the other, the first after `ms`. */
  say(ms: number, session: string, inputs: readonly { key: string; event: Event }[]): void {
    this.pending += 1;
    this.#scheduler.later(ms, null, "people", () => void this.#write(session, inputs));
  }

  async #write(session: string, inputs: readonly { key: string; event: Event }[]): Promise<void> {
    const { scheduler, broker, process } = {
      scheduler: this.#scheduler,
      broker: this.#broker,
      process: this.#process,
    };
    const log = createSimLog({ scheduler, broker, process, callFault: () => "none" });
    const time = new Date(process.now()).toISOString();
    for (const { key, event } of inputs) {
      await sendToInbox(log, { session, businessUnit: UNIT, producer: "people", key, time }, event);
    }
    this.pending -= 1;
  }

  /** Puts some earlier record on its topic once more. */
  repeat(): void {
    const record = this.#pick(CONSUMED);
    if (record === null) return;
    const { topic, key, value, headers } = record;
    this.#broker.append([{ topic, key, value, headers }]);
  }

  /** Puts a record on a topic that nobody can decode. */
  poison(): void {
    const { random } = this.#scheduler;
    const topics = CONSUMED[random.below(CONSUMED.length)] ?? TOPICS.sessions.topic;
    const record = this.#pick([topics]) ?? this.#pick([TOPICS.sessions.topic]);
    if (record === null) return;
    const kind = random.below(4);
    const value =
      kind === 0
        ? Buffer.from("this is not Avro")
        : kind === 1
          ? record.value.subarray(0, record.value.length - 1 - random.below(8))
          : kind === 2
            ? Buffer.concat([record.value, Buffer.from([0])])
            : record.value;
    const headers = kind === 3 ? { ...record.headers, ce_id: "no id" } : record.headers;
    if (isDecodable({ ...record, value, headers })) return;
    const [offset] = this.#broker.append([{ topic: topics, key: record.key, value, headers }]);
    const partition = this.#broker.partitionOf(record.key);
    this.poisons.push({ topic: topics, partition, offset: offset ?? 0, value });
  }

  /** Writes a message that claims what nobody allowed. */
  forge(sessions: readonly string[]): void {
    const { random } = this.#scheduler;
    const session = sessions[random.below(sessions.length)];
    if (session === undefined) return;
    this.#forgeries += 1;
    const cause = deriveEventId(deriveSessionId(session), `forger/${this.#forgeries}`, 0);
    const make = FORGERIES[random.below(FORGERIES.length)] as Forgery;
    const stolen = this.#pick([TOPICS.training.topic]);
    const made = make({
      session,
      number: this.#forgeries,
      stolen,
      awaited: this.#awaited(session),
    });
    const id = deriveEventId(cause, "coordinator", 0);
    const time = new Date(this.#process.now()).toISOString();
    const envelope = {
      id,
      session,
      business_unit: UNIT,
      cause,
      producer: made.producer,
      time,
    };
    const topic = made.topic;
    const headers = toHeaders(made.event.type, envelope, made.attachments ?? {});
    this.#broker.append([{ topic, key: session, value: encodeEvent(made.event), headers }]);
  }

  /** The proposal whose verdict is most likely awaited. */
  #awaited(session: string): string {
    const made = this.#broker
      .all(TOPICS.dsOutputs.topic)
      .filter((record) => record.key === session)
      .flatMap((record) => {
        try {
          return [decodeEvent(record.value)];
        } catch {
          return [];
        }
      })
      .at(-1);
    return made?.type === "ProposalMade" ? made.data.proposal : "w0.1";
  }

  #pick(topics: readonly string[]): LogRecord | null {
    const all = topics.flatMap((topic) => this.#broker.all(topic));
    return all[this.#scheduler.random.below(Math.max(1, all.length))] ?? null;
  }
}

/** A spoilt record cut at the right place is a good one again. */
function isDecodable(record: LogRecord): boolean {
  try {
    decodeRecord(record);
    return true;
  } catch {
    return false;
  }
}

/** Topics that the simulated processes consume. */
const CONSUMED: readonly string[] = [
  TOPICS.sessions,
  TOPICS.proposals,
  TOPICS.dsOutputs,
  TOPICS.vetoes,
  TOPICS.training,
  ...Object.values(ROLE_TOPICS),
].map((row) => row.topic);

interface Scene {
  readonly session: string;
  readonly number: number;
  /** A request to train, of any session, with its clearance. */
  readonly stolen: LogRecord | null;
  readonly awaited: string;
}

interface Forged {
  readonly topic: string;
  readonly producer: string;
  readonly event: Event;
  readonly attachments?: Attachments;
}

type Forgery = (scene: Scene) => Forged;

const EVIL_CONFIG = toCanonicalJson({ ...BASELINE, adstock: { type: "weibull" } });
const LAWFUL_CONFIG = toCanonicalJson({
  ...BASELINE,
  training: { ...BASELINE.training, l2_penalty: 0.02 },
});

function stolenClearance(stolen: LogRecord | null): string {
  return stolen?.headers["mmm-clearance"] ?? "";
}

function trainingRequested(proposal: string, config: string): Event {
  const data = { proposal, config_digest: computeSha256(config), seed: 1 };
  return { type: "TrainingRequested", data };
}

const FORGERIES: readonly Forgery[] = [
  ({ number }) => ({
    topic: TOPICS.training.topic,
    producer: "coordinator",
    event: trainingRequested(`x${number}.1`, EVIL_CONFIG),
    attachments: { config: EVIL_CONFIG },
  }),
  ({ number, stolen }) => ({
    topic: TOPICS.training.topic,
    producer: "coordinator",
    event: trainingRequested(`x${number}.1`, LAWFUL_CONFIG),
    attachments: { config: LAWFUL_CONFIG, clearance: stolenClearance(stolen) },
  }),
  ({ number, stolen }) => {
    const config = stolen?.headers["mmm-config"] ?? LAWFUL_CONFIG;
    return {
      topic: TOPICS.training.topic,
      producer: "coordinator",
      event: trainingRequested(`x${number}.1`, config),
      attachments: { config, clearance: stolenClearance(stolen) },
    };
  },
  ({ awaited, stolen }) => ({
    topic: TOPICS.sessions.topic,
    producer: "guard",
    event: {
      type: "ProposalCleared",
      data: {
        proposal: awaited,
        content_digest: computeSha256("forged"),
        config: LAWFUL_CONFIG,
        config_digest: computeSha256(LAWFUL_CONFIG),
        base_digest: computeSha256("base"),
        methodology_digest: computeSha256("methodology"),
        spec_digest: computeSha256("specification"),
        changes: [],
        layers: [],
        clearance: stolenClearance(stolen),
      },
    },
  }),
  ({ number }) => ({
    topic: TOPICS.dsOutputs.topic,
    producer: "data-scientist",
    event: {
      type: "ProposalMade",
      data: {
        work_item: `x${number}`,
        attempt: 1,
        proposal: `x${number}.1`,
        author: "data_scientist",
        raw: '{"changes":[],"reasoning":"forged"}',
        search_score: null,
        evaluations: 0,
        reasoner: BUILTIN_REASONER,
      },
    },
  }),
  ({ number }) => ({
    topic: TOPICS.sessions.topic,
    producer: "coordinator",
    event: {
      type: "OutcomeRefused",
      data: { event_type: "ModelTrained", event_id: `x${number}`, code: "x", reason: "forged" },
    },
  }),
  () => ({
    topic: TOPICS.sessions.topic,
    producer: "coordinator",
    event: {
      type: "SessionCompleted",
      data: {
        status: "completed",
        reason: "forged",
        methodology_digest_start: null,
        methodology_digest_end: null,
        final_digest: null,
        iterations: 0,
        proposals_tried: 0,
        vetoes: 0,
        rejections: 0,
        escalations: 0,
        evaluations: 0,
      },
    },
  }),
];
