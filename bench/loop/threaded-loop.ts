/**
 * The governed loop on several threads: one shard of the state folder each, with its own log,
 * consumers and transactions; this thread hands out sessions and waits for their seals.
 */
import { Worker } from "node:worker_threads";
import { systemClock } from "../../infra/clock.ts";
import { openSqliteState } from "../../infra/sqlite/state.ts";
import { deriveRequestedSessionId } from "../../producers/request.ts";
import { benchRequest } from "./instant.ts";

export interface ThreadData {
  readonly folder: string;
  readonly thread: number;
  readonly threads: number;
  readonly partitions: number;
  readonly iterations: number;
}

interface ThreadedLoop {
  /** Runs one session to its durable seal; resolves with the milliseconds it took. */
  session(seed: number): Promise<number>;
  stop(): Promise<void>;
}

interface Told {
  readonly seed: number | null;
  readonly ms: number;
}

/** Starts the threads on a new state folder. */
export async function startThreads(options: Omit<ThreadData, "thread">): Promise<ThreadedLoop> {
  const { folder, threads, partitions, iterations } = options;
  const state = openSqliteState(folder, { clock: systemClock, partitions, shards: threads });
  await state.log.ensureTopics();
  await state.close();
  const waiting = new Map<number, (ms: number) => void>();
  const workers = await Promise.all(
    Array.from({ length: threads }, (_, thread) => started({ ...options, thread }, waiting)),
  );
  return {
    session: (seed) => {
      const { promise, resolve } = Promise.withResolvers<number>();
      const started_ = performance.now();
      waiting.set(seed, () => resolve(performance.now() - started_));
      const name = deriveRequestedSessionId(
        { ...benchRequest(seed, iterations), business_unit: "bench" },
        0,
      );
      workers[state.log.partitionOf(name) % threads]?.postMessage(seed);
      return promise;
    },
    stop: async () => {
      await Promise.all(
        workers.map(async (worker) => {
          const gone = new Promise((resolve) => worker.once("exit", resolve));
          worker.postMessage(null);
          await gone;
        }),
      );
    },
  };
}

function started(data: ThreadData, waiting: Map<number, (ms: number) => void>): Promise<Worker> {
  const { promise, resolve, reject } = Promise.withResolvers<Worker>();
  const worker = new Worker(new URL("./loop-thread.ts", import.meta.url), { workerData: data });
  worker.on("error", (error) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
    reject(error);
  });
  worker.on("message", ({ seed, ms }: Told) => {
    if (seed === null) return resolve(worker);
    waiting.get(seed)?.(ms);
    waiting.delete(seed);
  });
  return promise;
}
