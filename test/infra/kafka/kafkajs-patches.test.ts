import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type FetchedMessage, filterAborted } from "../../../infra/kafka/kafkajs-patches.ts";

const require = createRequire(import.meta.url);

function message(offset: number, producerId: string, more: Partial<FetchedMessage> = {}) {
  return {
    offset: String(offset),
    timestamp: "0",
    key: null,
    value: Buffer.from(String(offset)),
    headers: {},
    isControlRecord: false,
    batchContext: { producerId, inTransaction: true },
    ...more,
  };
}

function marker(offset: number, producerId: string, kind: "abort" | "commit"): FetchedMessage {
  const key = Buffer.from([0, 0, 0, kind === "abort" ? 0 : 1]);
  return message(offset, producerId, { key, isControlRecord: true });
}

function visible(messages: FetchedMessage[], aborted: [string, number][]): string[] {
  const abortedTransactions = aborted.map(([producerId, first]) => ({
    producerId,
    firstOffset: String(first),
  }));
  return filterAborted({ messages, abortedTransactions })
    .filter((one) => !one.isControlRecord)
    .map((one) => one.offset);
}

describe("the filter of aborted records", () => {
  const interleaved = [
    message(10, "A"),
    message(11, "B"),
    message(12, "B"),
    marker(13, "B", "abort"),
    message(14, "C"),
    marker(15, "A", "abort"),
    marker(16, "C", "commit"),
  ];

  test("drops interleaved aborted transactions whatever the order of the list", () => {
    expect(
      visible(interleaved, [
        ["B", 11],
        ["A", 10],
      ]),
    ).toEqual(["14"]);
    expect(
      visible(interleaved, [
        ["A", 10],
        ["B", 11],
      ]),
    ).toEqual(["14"]);
  });

  test("drops both where the fetch begins inside both", () => {
    const inside = interleaved.filter((one) => Number(one.offset) >= 12);
    expect(
      visible(inside, [
        ["B", 11],
        ["A", 10],
      ]),
    ).toEqual(["14"]);
  });

  test("lets a producer's next transaction through after its abort", () => {
    const messages = [message(1, "A"), marker(2, "A", "abort"), message(3, "A"), message(4, "A")];
    expect(visible([...messages, marker(5, "A", "commit")], [["A", 1]])).toEqual(["3", "4"]);
    const twice = [...messages, marker(5, "A", "abort"), message(6, "A")];
    expect(
      visible(twice, [
        ["A", 1],
        ["A", 3],
      ]),
    ).toEqual(["6"]);
  });

  test("does not take a record whose key looks like a marker for one", () => {
    const key = Buffer.from([0, 0, 0, 0]);
    const messages = [message(1, "A", { key }), message(2, "A"), marker(3, "A", "abort")];
    expect(visible(messages, [["A", 1]])).toEqual([]);
  });

  test("is what kafkajs itself uses", () => {
    expect(require("kafkajs/src/consumer/filterAbortedMessages.js")).toBe(filterAborted);
    const Batch = require("kafkajs/src/consumer/batch.js") as new (
      topic: string,
      offset: string,
      data: object,
    ) => { messages: { offset: string }[] };
    const batch = new Batch("t", "10", {
      partition: 0,
      highWatermark: "17",
      abortedTransactions: [
        { producerId: "B", firstOffset: "11" },
        { producerId: "A", firstOffset: "10" },
      ],
      messages: interleaved,
    });
    expect(batch.messages.map((one) => one.offset)).toEqual(["14"]);
  });
});

describe("the request queue", () => {
  interface Queue {
    push(request: object): void;
    maybeThrottle(ms: number): void;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
    throttleCheckTimeoutId: unknown;
    inflight: Map<number, unknown>;
  }
  const RequestQueue = require("kafkajs/src/network/requestQueue/index.js") as new (
    options: object,
  ) => Queue;
  const quiet = { debug: () => {}, warn: () => {} };
  const queue = () =>
    new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      clientId: "test",
      broker: "test",
      logger: quiet,
    });

  test("sets no timer when nothing is pending, so none renews itself for ever", () => {
    const one = queue();
    one.scheduleCheckPendingRequests();
    one.checkPendingRequests();
    expect(one.throttleCheckTimeoutId).toBeNull();
  });

  test("still sends what a throttle held back", async () => {
    const one = queue();
    let sent = 0;
    one.maybeThrottle(30);
    one.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest: () => (sent += 1) });
    expect(sent).toBe(0);
    await sleep(120);
    expect(sent).toBe(1);
    expect(one.throttleCheckTimeoutId).toBeNull();
  });
});

describe("AddOffsetsToTxn", () => {
  type Failure = { type: string } | null;
  function managerWith(failures: Failure[]) {
    const create = require("kafkajs/src/producer/eosManager/index.js") as (options: object) => {
      initProducerId(): Promise<void>;
      beginTransaction(): void;
      sendOffsets(offsets: object): Promise<void>;
    };
    const calls: string[] = [];
    const broker = {
      initProducerId: async () => ({ producerId: 1, producerEpoch: 0 }),
      addOffsetsToTxn: async () => {
        calls.push("add");
        const failure = failures.shift() ?? null;
        if (failure !== null) throw Object.assign(new Error(failure.type), failure);
      },
      txnOffsetCommit: async () => void calls.push("commit"),
    };
    const cluster = {
      retry: { initialRetryTime: 1, multiplier: 1, factor: 0, maxRetryTime: 2, retries: 5 },
      refreshMetadataIfNecessary: async () => {},
      findGroupCoordinator: async () => broker,
    };
    const logger = { debug: () => {} };
    const options = { logger, cluster, transactional: true, transactionalId: "t" };
    return { manager: create(options), calls };
  }
  const OFFSETS = { consumerGroupId: "g", topics: [{ topic: "t", partitions: [] }] };

  test("is tried again on CONCURRENT_TRANSACTIONS", async () => {
    const busy = { type: "CONCURRENT_TRANSACTIONS" };
    const { manager, calls } = managerWith([busy, busy]);
    await manager.initProducerId();
    manager.beginTransaction();
    await manager.sendOffsets(OFFSETS);
    expect(calls).toEqual(["add", "add", "add", "commit"]);
  });

  test("is not tried again by a producer that was fenced", async () => {
    const { manager, calls } = managerWith([{ type: "INVALID_PRODUCER_EPOCH" }]);
    await manager.initProducerId();
    manager.beginTransaction();
    await expect(manager.sendOffsets(OFFSETS)).rejects.toThrow("INVALID_PRODUCER_EPOCH");
    expect(calls).toEqual(["add"]);
  });
});

describe("a consumer whose partition leader moved", () => {
  test("refreshes its metadata and does not join its group again", async () => {
    const Group = require("kafkajs/src/consumer/consumerGroup.js") as {
      prototype: { recoverFromFetch(this: object, error: object): Promise<void> };
    };
    const done: string[] = [];
    const group = {
      cluster: { refreshMetadata: async () => void done.push("refresh") },
      joinAndSync: async () => void done.push("join"),
    };
    await Group.prototype.recoverFromFetch.call(group, { type: "NOT_LEADER_FOR_PARTITION" });
    expect(done).toEqual(["refresh"]);
  });
});

describe("error codes", () => {
  test("newer than the package have their names", () => {
    const errors = require("kafkajs/src/protocol/error.js") as {
      createErrorFromCode(code: number): { type: string };
    };
    expect(errors.createErrorFromCode(90).type).toBe("PRODUCER_FENCED");
  });
});
