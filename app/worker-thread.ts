/** One thread of `mmm worker --threads`: all roles on its own shards, until told to stop. */
import { parentPort, workerData } from "node:worker_threads";
import { errorText, MmmError } from "../schemas/errors.ts";
import { observe } from "./observers.ts";
import { untilIdle } from "./until-idle.ts";
import type { ThreadJob, ThreadNews } from "./worker-threads.ts";
import { openApp } from "./open-app.ts";

const job = workerData as ThreadJob;
const halt = new AbortController();
parentPort?.once("message", () => halt.abort());

async function work(): Promise<void> {
  const { settings, stateDir, roles, thread, threads } = job;
  const own = (shard: number): boolean => shard % threads === thread;
  const app = await openApp({ settings, stateDir, own });
  try {
    const observed = observe(app, roles);
    const running = await app.start(roles, observed);
    tell({ working: true });
    const finish = job.untilIdle ? untilIdle(app, observed, halt.signal) : stopped();
    await Promise.race([finish, running.ended]);
    await running.stop();
  } finally {
    await app.close();
  }
}

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    if (halt.signal.aborted) resolve();
    halt.signal.addEventListener("abort", () => resolve());
  });
}

function tell(news: ThreadNews): void {
  parentPort?.postMessage(news);
}

try {
  await work();
} catch (error) {
  tell({ code: error instanceof MmmError ? error.code : "internal", message: errorText(error) });
}
parentPort?.close();
