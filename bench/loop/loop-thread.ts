/**
 * One thread of the governed loop: the whole system for its own shards of a state folder. Told a
 * seed it runs that session to its durable seal and says how long it took; told null it stops.
 */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../infra/clock.ts";
import { openSqliteState } from "../../infra/sqlite/state.ts";
import { startLoop } from "./loop-system.ts";
import type { ThreadData } from "./threaded-loop.ts";

const { folder, thread, threads, partitions, iterations } = workerData as ThreadData;
const state = openSqliteState(folder, {
  clock: systemClock,
  partitions,
  own: (shard) => shard % threads === thread,
});
const system = await startLoop({ ...state, iterations });

async function stop(): Promise<void> {
  await system.stop();
  await state.close();
  parentPort?.close();
}

parentPort?.on("message", (seed: number | null) => {
  if (seed === null) void stop();
  else void system.session(seed).then((ms) => parentPort?.postMessage({ seed, ms }));
});
parentPort?.postMessage({ seed: null, ms: 0 });
