import { describe, expect, it } from "vitest";
import {
  countPartitions,
  formatTopicPartition,
  listTopicPartitions,
  resolveTopicPartition,
} from "../../../infra/embedded/record-table.ts";
import { computePartition } from "../../../infra/partition.ts";

const record = (more: object = {}) => ({
  topic: "history",
  key: "s1",
  value: Buffer.alloc(0),
  headers: {},
  ...more,
});

describe("where records are kept", () => {
  it("a session's topics have the same number of partitions, single ones have one", () => {
    expect([countPartitions("sessions", 12), countPartitions("history", 12)]).toEqual([12, 12]);
    expect(countPartitions("intake", 12)).toBe(1);
    expect(() => countPartitions("rumours", 12)).toThrow(/no topic is named "rumours"/);
    expect(listTopicPartitions(["intake", "history"], 3).map(formatTopicPartition)).toEqual([
      "intake/0",
      "history/0",
      "history/1",
      "history/2",
    ]);
  });

  it("a record goes to its own partition, else to that of its key", () => {
    expect(resolveTopicPartition(record(), 12)).toEqual({
      topic: "history",
      partition: computePartition("s1", 12),
    });
    expect(resolveTopicPartition(record({ partition: 5 }), 12).partition).toBe(5);
    for (const partition of [12, -1, 0.5]) {
      expect(() => resolveTopicPartition(record({ partition }), 12)).toThrow(/no partition/);
    }
  });
});
