/** Gauges and counters of what stands still. */
import { expect, test } from "vitest";
import { createMetrics } from "../../infra/telemetry/metrics.ts";
import type { UnstableRange } from "../../session/ports.ts";

const range = (topic: string, high: number, end: number, oldestMs: number): UnstableRange => ({
  topic,
  partition: 0,
  high,
  end,
  oldestMs,
  remedy: "",
});

test("hidden offsets and their age are told by topic, and no longer once they are seen", async () => {
  let found: readonly UnstableRange[] = [
    range("history", 7, 12, 90_000),
    range("history", 0, 1, 3_000),
    range("proposals", 4, 6, 1_500),
  ];
  const metrics = createMetrics({
    now: () => 0,
    lags: async () => [],
    unstable: async () => found,
  });
  const { text } = await metrics.text();
  expect(text).toContain('mmm_unstable_offsets{topic="history"} 6');
  expect(text).toContain('mmm_unstable_seconds{topic="history"} 90');
  expect(text).toContain('mmm_unstable_offsets{topic="proposals"} 2');
  found = [];
  expect((await metrics.text()).text).not.toMatch(/mmm_unstable_offsets\{/);
});

test("a log that does not answer leaves the last figures", async () => {
  const unstable = [() => Promise.resolve([range("history", 1, 2, 1_000)])];
  const metrics = createMetrics({
    now: () => 0,
    lags: async () => [],
    unstable: () => unstable.pop()?.() ?? Promise.reject(new Error("away")),
  });
  await metrics.text();
  expect((await metrics.text()).text).toContain('mmm_unstable_offsets{topic="history"} 1');
});

test("stranded sessions are counted by what they wait for, and records that were made again", async () => {
  const metrics = createMetrics({
    now: () => 0,
    lags: async () => [],
    unstable: async () => [],
  });
  metrics.observer.stranded("s1", "training");
  metrics.observer.stranded("s2", "training");
  metrics.observer.retaken(3, 4, 9);
  const { text } = await metrics.text();
  expect(text).toContain('mmm_stranded_sessions_total{waits_for="training"} 2');
  expect(text).toContain("mmm_history_records_made_again_total 9");
  expect(text).not.toContain("s1");
});
