/** Speed and memory of the sentence encoder as the product runs it: in worker threads. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import {
  type SentenceEncoder,
  openSentenceEncoder,
} from "../../router/encoder/sentence-encoder.ts";

const TWELVE_WORDS =
  "please lower the carryover of television and check the validation error again now";
const SIXTEEN_TOKENS = "please lower the decay of television and radio and check the folds";

export interface LatencyFigures {
  readonly cold_start_ms: number;
  readonly twelve_words: { readonly p50_ms: number; readonly p99_ms: number };
  readonly tokens_16: { readonly p50_ms: number; readonly p99_ms: number };
  readonly tokens_128: { readonly p50_ms: number; readonly p99_ms: number };
  readonly texts_per_s_one_worker: number;
  readonly texts_per_s_two_workers: number;
  readonly event_loop_delay_max_ms: number;
  readonly event_loop_delay_p99_ms: number;
  readonly rss_mb: number;
}

export async function benchLatency(): Promise<LatencyFigures> {
  const before = performance.now();
  const encoder = await opened(1);
  await encoder.embed([TWELVE_WORDS]);
  const cold = performance.now() - before;
  const twelve = await latency(encoder, TWELVE_WORDS, 1000);
  const short = await latency(encoder, SIXTEEN_TOKENS, 1000);
  const long = await latency(encoder, `${TWELVE_WORDS} `.repeat(9), 300);
  const one = await throughput(encoder, 2000);
  await encoder.close();
  const two = await opened(2);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const both = await throughput(two, 3000);
  delay.disable();
  const rss = process.memoryUsage().rss / 1e6;
  await two.close();
  return {
    cold_start_ms: round(cold),
    twelve_words: twelve,
    tokens_16: short,
    tokens_128: long,
    texts_per_s_one_worker: round(one),
    texts_per_s_two_workers: round(both),
    event_loop_delay_max_ms: round(delay.max / 1e6),
    event_loop_delay_p99_ms: round(delay.percentile(99) / 1e6),
    rss_mb: round(rss),
  };
}

async function opened(workers: number): Promise<SentenceEncoder> {
  const opening = await openSentenceEncoder({ workers });
  if (opening.encoder === null) throw new Error(opening.unavailable.message);
  return opening.encoder;
}

async function latency(encoder: SentenceEncoder, text: string, count: number) {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await encoder.embed([text]);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return {
    p50_ms: round(times[Math.floor(count / 2)]!),
    p99_ms: round(times[Math.floor(count * 0.99)]!),
  };
}

async function throughput(encoder: SentenceEncoder, count: number): Promise<number> {
  const texts = Array.from({ length: count }, (_, i) => `${TWELVE_WORDS} ${i}`);
  const start = performance.now();
  await encoder.embed(texts);
  return (1000 * count) / (performance.now() - start);
}

function round(x: number): number {
  return Math.round(x * 100) / 100;
}
