/**
 * Tells registered webhooks what happens to their tasks: a consumer group over `history`.
 *
 * I1. One replica delivers for a partition; an offset is committed when its webhooks were told or
 *     given up on, so a restart repeats at most what was in hand. Receivers tell repeats by
 *     metadata.seq.
 * I2. A webhook that fails is tried `TRIES_MAX` times and then left alone for a while; it never
 *     holds up the others for longer than that.
 */
import { describeError, MmmError } from "../../schemas/errors.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type {
  Clock,
  Consumption,
  EventLog,
  LogRecord,
  TopicPartition,
} from "../../session/ports.ts";
import { createPolicy, doubling, retry } from "../../session/waiting/retry.ts";
import { A2A_CONTENT_TYPE, StreamResponse, type TaskPushNotificationConfig } from "./sdk.ts";
import type { PushConfigs } from "./push-configs.ts";

/** What a history record means for the task of its session; null when nothing is to be told. */
export type Telling = (record: LogRecord) => Promise<readonly StreamResponse[]>;

export interface DeliveryTools {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly configs: PushConfigs;
  readonly tell: Telling;
  readonly group: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
  readonly failed: (error: unknown) => void;
}

const POLICY = createPolicy({ pauseMs: doubling(500, 1_000), triesMax: 3 });
const REST_MS = 60_000;

/** Starts delivering; resolves with how to stop. */
export async function startDelivery(tools: DeliveryTools): Promise<{ close(): Promise<void> }> {
  const halt = new AbortController();
  const resting = new Map<string, number>();
  const chains = new Map<number, Promise<void>>();
  let consumption: Consumption | null = null;

  async function deliverRecords(
    topicPartition: TopicPartition,
    records: readonly LogRecord[],
  ): Promise<void> {
    for (const record of records) {
      if (halt.signal.aborted) return;
      try {
        await deliverRecord({ tools, resting, signal: halt.signal }, record);
      } catch (error) {
        tools.failed(error);
      }
    }
    const last = records.at(-1);
    if (last !== undefined && !halt.signal.aborted) {
      await consumption?.commit(topicPartition, last.offset + 1).catch(tools.failed);
    }
  }

  consumption = await tools.log.consume(
    { group: tools.group, topics: [TOPICS.history.topic] },
    {
      assigned: async () => {},
      revoked: async (topicPartition) => chains.get(topicPartition.partition),
      deliver: async (topicPartition, records) => {
        await chains.get(topicPartition.partition);
        chains.set(topicPartition.partition, deliverRecords(topicPartition, records));
      },
    },
  );
  return {
    close: async () => {
      halt.abort();
      await consumption?.stop();
    },
  };
}

interface Delivery {
  readonly tools: DeliveryTools;
  /** Until when a webhook is left alone, by address. */
  readonly resting: Map<string, number>;
  readonly signal: AbortSignal;
}

async function deliverRecord(delivery: Delivery, record: LogRecord): Promise<void> {
  const configs = await delivery.tools.configs.list(record.key);
  if (configs.length === 0) return;
  for (const update of await delivery.tools.tell(record)) {
    await Promise.all(configs.map((config) => post(delivery, config, update)));
  }
}

async function post(
  { tools, resting, signal }: Delivery,
  config: TaskPushNotificationConfig,
  update: StreamResponse,
): Promise<void> {
  if (!tools.configs.allows(config.url)) return;
  if ((resting.get(config.url) ?? 0) > tools.clock.now()) return;
  if (signal.aborted) return;
  try {
    const attempt = () => postOnce(tools, config, update);
    await retry(attempt, { policy: POLICY, clock: tools.clock, signal });
    resting.delete(config.url);
  } catch (error) {
    if (signal.aborted) return;
    resting.set(config.url, tools.clock.now() + REST_MS);
    const { origin } = new URL(config.url);
    const failure = describeError(error);
    tools.failed(
      new MmmError("overloaded", `the webhook at ${origin} does not answer: ${failure}`),
    );
  }
}

/** One try; throws the reason it failed. */
async function postOnce(
  tools: DeliveryTools,
  config: TaskPushNotificationConfig,
  update: StreamResponse,
): Promise<void> {
  const login = config.authentication;
  const headers: Record<string, string> = { "content-type": A2A_CONTENT_TYPE };
  if (config.token !== "") headers["x-a2a-notification-token"] = config.token;
  if (login !== undefined && login.scheme !== "") {
    headers["authorization"] = `${login.scheme} ${login.credentials}`;
  }
  const response = await tools.fetch(config.url, {
    method: "POST",
    headers,
    body: JSON.stringify(StreamResponse.toJSON(update)),
    redirect: "manual",
    signal: AbortSignal.timeout(tools.timeoutMs),
  });
  await response.body?.cancel();
  if (response.status < 200 || response.status >= 300) {
    throw new MmmError("overloaded", `status ${response.status}`);
  }
}
