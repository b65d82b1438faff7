/** One thread of `mmm worker --threads`: all roles on its own shards, until told to stop. */
import { parentPort, workerData } from "node:worker_threads";
import { describeError, MmmError } from "../schemas/errors.ts";
import { observeApp } from "./observers.ts";
import { waitUntilIdle } from "./until-idle.ts";
import type { ThreadJob, ThreadNews } from "./worker-threads.ts";
import { openApp } from "./open-app.ts";

const job = workerData as ThreadJob;
const halt = new AbortController();
parentPort?.once("message", () => halt.abort());

async function runThreadWorker(): Promise<void> {
  const { settings, stateDir, roles, thread, threads } = job;
  const own = (shard: number): boolean => shard % threads === thread;
  const app = await openApp({ settings, stateDir, own });
  try {
    const observed = observeApp(app, roles);
    const running = await app.start(roles, observed);
    sendToMainThread({ working: true });
    const finish = job.untilIdle ? waitUntilIdle(app, observed, halt.signal) : waitForHalt();
    await Promise.race([finish, running.ended]);
    await running.stop();
  } finally {
    await app.close();
  }
}

function waitForHalt(): Promise<void> {
  return new Promise((resolve) => {
    if (halt.signal.aborted) resolve();
    halt.signal.addEventListener("abort", () => resolve());
  });
}

function sendToMainThread(news: ThreadNews): void {
  parentPort?.postMessage(news);
}

try {
  await runThreadWorker();
} catch (error) {
  sendToMainThread({
    code: error instanceof MmmError ? error.code : "internal",
    message: describeError(error),
  });
}
parentPort?.close();
