/**
 * `node bench/broker-restarts.ts --runs 60 [--load 2]`: whole sessions while their only broker is
 * stopped in good order and killed, again and again, beside busy processes; counts the runs in which
 * a session did not end, or ended otherwise. Sizes as in test/system/brokers.test.ts (MMM_CHAOS_…).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { restartOnlyBroker, runOnBrokers } from "../test/support/broker-faults.ts";
import { startRedis } from "../test/support/redis-server.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "60" },
    load: { type: "string", default: "0" },
  },
});
const runs = Number(values.runs);
const redis = await startRedis();
const busy: ChildProcess[] = Array.from({ length: Number(values.load) }, () =>
  spawn("nice", ["-n", "10", process.execPath, "-e", "for (;;) ;"], { stdio: "ignore" }),
);
let failed = 0;
let ended = 0;
let broken = 0;
try {
  for (let run = 1; run <= runs; run += 1) {
    try {
      const { faults } = await runOnBrokers(1, {
        name: `run ${run} of ${runs}`,
        redisUrl: redis.url,
        faults: restartOnlyBroker,
      });
      ended += 1;
      if (faults.length > 0) failed += 1;
    } catch (error) {
      // A server that did not start, for instance: says nothing about sessions.
      broken += 1;
      process.stdout.write(`run ${run} broke off: ${String(error)}\n`);
    }
    const others = broken === 0 ? "" : `, ${broken} broke off`;
    process.stdout.write(`${ended} runs, ${failed} with faults${others}\n`);
  }
} finally {
  for (const child of busy) child.kill("SIGKILL");
  await redis.stop();
}
process.exitCode = failed + broken > 0 ? 1 : 0;
