import { describe, expect, test } from "vitest";
import { computeMurmur2, computePartition } from "../../infra/partition.ts";

describe("murmur2()", () => {
  // Values of Kafka's own test, org.apache.kafka.common.utils.UtilsTest.testMurmur2.
  test.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ])("of %j is what the Java client computes", (text, hash) => {
    expect(computeMurmur2(Buffer.from(text))).toBe(hash);
  });
});

describe("partitionFor()", () => {
  test("spreads ids evenly and stays in range", () => {
    const counts = Array.from({ length: 12 }, () => 0);
    for (let at = 0; at < 12_000; at += 1) {
      const partition = computePartition(`session-${at}`, 12);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });

  test("counts bytes, not characters", () => {
    expect(computePartition("é", 1_000_003)).toBe(
      (computeMurmur2(Buffer.from([0xc3, 0xa9])) & 0x7fffffff) % 1_000_003,
    );
  });
});
