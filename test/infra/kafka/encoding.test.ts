/** The bytes must be those of kafkajs's own encoder, which is loaded here before it is replaced. */
import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  encodeProduce,
  encodeFramedRequest,
  groupByPartition,
} from "../../../infra/kafka/encoding.ts";
import type { ProduceParts } from "../../../infra/kafka/encoding.ts";

const require = createRequire(import.meta.url);
interface Theirs {
  encode(): Promise<{ readonly buffer: Buffer }>;
}
const theirs = require("kafkajs/src/protocol/requests/produce/v3/request.js") as (
  parts: object,
) => Theirs;
const theirFrame = require("kafkajs/src/protocol/request.js") as typeof encodeFramedRequest;
const theirGroups =
  require("kafkajs/src/producer/groupMessagesPerPartition.js") as typeof groupByPartition;
const crc32c = require("kafkajs/src/protocol/recordBatch/crc32C/index.js") as (
  bytes: Buffer,
) => number;
const compression = require("kafkajs/src/protocol/message/compression/index.js") as {
  lookupCodec(type: number): { compress(encoder: { buffer: Buffer }): Promise<Buffer> } | null;
};
const GZIP = 1;

const text = fc.string({ unit: "grapheme", maxLength: 200 });
const message = fc.record({
  key: fc.option(text, { nil: null }),
  value: fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(null),
  ),
  headers: fc.dictionary(fc.string({ maxLength: 12 }), text, { maxKeys: 6, noNullPrototype: true }),
});
const request = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat(60_000),
  transactionalId: fc.option(text, { nil: null }),
  producerId: fc.constantFrom("-1", "0", "4001", "9007199254740993"),
  producerEpoch: fc.nat(30_000),
  compression: fc.constantFrom(0, 0, GZIP),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ minLength: 1, maxLength: 20 }),
      partitions: fc.array(
        fc.record({
          partition: fc.nat(40),
          firstSequence: fc.nat(1_000_000),
          messages: fc.array(message, { minLength: 1, maxLength: 200 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});

async function both(parts: ProduceParts): Promise<[Buffer, Buffer]> {
  const now = 1_700_000_000_000;
  const real = Date.now;
  Date.now = () => now;
  try {
    const expected = await theirs(parts).encode();
    const tools = { crc32c, codecOf: (codec: number) => compression.lookupCodec(codec), now };
    const found = await encodeProduce(parts, tools);
    expect(found.size()).toBe(found.buffer.length);
    return [found.buffer, expected.buffer];
  } finally {
    Date.now = real;
  }
}

test("a produce request is encoded to the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(request, async (parts) => {
      const [found, expected] = await both(parts);
      expect(found.equals(expected)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("a large value and a batch of thousands are encoded to the same bytes", async () => {
  const one = {
    key: "s1",
    value: Buffer.alloc(3_000_000, "x"),
    headers: { ce_id: "ü".repeat(99) },
  };
  const many = Array.from({ length: 5_000 }, (_, at) => ({
    key: `s${at}`,
    value: Buffer.from("v"),
  }));
  const partitions = [
    { partition: 0, firstSequence: 0, messages: [one] },
    { partition: 1, firstSequence: 7, messages: many },
  ];
  const topicData = [{ topic: "history", partitions }];
  const [found, expected] = await both({ acks: -1, timeout: 1, producerId: "12", topicData });
  expect(found.equals(expected)).toBe(true);
});

test.each(["mmm-optimizer", "", "ü", null])(
  "a request of client %j has the same frame",
  async (id) => {
    const encode = async () => {
      const Encoder = require("kafkajs/src/protocol/encoder.js") as new () => {
        writeString(text: string): { readonly buffer: Buffer };
      };
      return new Encoder().writeString("body");
    };
    const asked = {
      correlationId: 77,
      clientId: id,
      request: { apiKey: 1, apiVersion: 11, encode },
    };
    const expected = await theirFrame(asked);
    expect((await encodeFramedRequest(asked)).buffer.equals(expected.buffer)).toBe(true);
  },
);

test("messages are put to their partitions as before", () => {
  const messages = Array.from({ length: 20 }, (_, at) => ({ partition: (at * 7) % 3, at }));
  const parts = {
    topic: "t",
    partitionMetadata: [{}],
    messages,
    partitioner: ({ message: one }: { message: { partition: number } }) => one.partition,
  };
  expect(groupByPartition(parts)).toEqual(theirGroups(parts));
  expect(groupByPartition({ ...parts, partitionMetadata: [] })).toEqual({});
});
