/**
 * `mmm worker --threads`: the embedded log on several threads, each with its own shards of the state
 * folder and all roles for them.
 *
 * I1. A thread works on its own shards alone: nothing is shared but the folder.
 * I2. One thread that fails ends the command with its error; the others finish what is in hand.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { systemClock } from "../infra/clock.ts";
import { openSqliteState } from "../infra/sqlite/state.ts";
import { MmmError, type ErrorCode } from "../schemas/errors.ts";
import type { RoleName } from "./compose-consumers.ts";
import type { Settings } from "./settings.ts";

/** What a thread is started with. */
export interface ThreadJob {
  readonly settings: Settings;
  readonly stateDir: string;
  readonly roles: readonly RoleName[];
  readonly untilIdle: boolean;
  readonly thread: number;
  readonly threads: number;
}

/** What a thread says: that it works, or why it cannot. */
export type ThreadNews =
  | { readonly working: true }
  | { readonly code: ErrorCode; readonly message: string };

interface ThreadsOptions extends Omit<ThreadJob, "thread"> {
  readonly signal: AbortSignal;
  /** Called when every thread works. */
  readonly working: () => void;
}

/** Works until the signal, or until nothing is left to do. Throws what a thread failed with. */
export async function runWorkerThreads(options: ThreadsOptions): Promise<void> {
  makeStateFolder(options);
  const { signal, working, ...job } = options;
  const all: WorkThread[] = [];
  const stop = (): void => {
    for (const one of all) one.stop();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    // One after the other: the first one makes the keys.
    for (let thread = 0; thread < job.threads; thread += 1) {
      const one = startThread({ ...job, thread });
      all.push(one);
      await Promise.race([one.working, one.ended]);
    }
    working();
    await Promise.all(all.map((one) => one.ended));
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
    await Promise.allSettled(all.map((one) => one.ended));
  }
}

function makeStateFolder({ settings, stateDir, threads }: ThreadsOptions): void {
  if (settings.log.kind !== "sqlite") {
    throw new MmmError(
      "usage",
      "--threads is for the embedded log; on Kafka start several workers",
    );
  }
  const { partitions, shards: wanted } = settings.log;
  const shards = Math.max(threads, wanted);
  const state = openSqliteState(stateDir, { clock: systemClock, partitions, shards });
  void state.close();
  if (state.shards >= threads) return;
  throw new MmmError(
    "topics_mismatch",
    `--threads ${threads}: the state folder "${stateDir}" was made with ${state.shards} shard${state.shards === 1 ? "" : "s"}; start at most as many threads, or give another folder`,
    { data: { shards: state.shards, threads } },
  );
}

interface WorkThread {
  readonly working: Promise<void>;
  /** Rejects with what the thread failed with. */
  readonly ended: Promise<void>;
  stop(): void;
}

function startThread(workerData: ThreadJob): WorkThread {
  const entry = new URL(`./worker-thread${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, { workerData });
  const working = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {});
  worker.on("message", (news: ThreadNews) => {
    if ("working" in news) working.resolve();
    else ended.reject(new MmmError(news.code, news.message));
  });
  worker.once("error", (error) => ended.reject(error));
  worker.once("exit", () => ended.resolve());
  return {
    working: working.promise,
    ended: ended.promise,
    stop: () => worker.postMessage("stop"),
  };
}
