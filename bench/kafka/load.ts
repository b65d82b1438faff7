/**
 * What a session costs on Kafka and Redis: processor time of this process and of the servers, and
 * requests by name. The first round warms up.
 *
 * `node bench/kafka/load.ts [--width 50] [--sessions 100] [--partitions 12] [--rounds 3]`
 */
import { parseArgs } from "node:util";
import { kafkaAndRedis } from "../backends.ts";
import { childCpuMs, countRequests, requestText, takeRequests } from "./requests.ts";
import { startLoop } from "../loop/loop-system.ts";
import { inFlight, quantile } from "../measure.ts";

const { values } = parseArgs({
  options: {
    width: { type: "string", default: "50" },
    sessions: { type: "string", default: "100" },
    partitions: { type: "string", default: "12" },
    rounds: { type: "string", default: "3" },
  },
});

const [width, sessions] = [Number(values.width), Number(values.sessions)];
const ITERATIONS = 20;

countRequests();
const backends = await kafkaAndRedis(Number(values.partitions));
const backend = await backends.open();
const system = await startLoop({ ...backend, iterations: ITERATIONS });
for (let round = 0; round < Number(values.rounds); round += 1) {
  takeRequests();
  const servers = childCpuMs();
  const own = process.cpuUsage();
  const started = performance.now();
  const ms = await inFlight(sessions, width, (at) => system.session(1 + round * sessions + at));
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(own);
  const others = [...childCpuMs()]
    .map(([name, now]) => `${name} ${((now - (servers.get(name) ?? 0)) / sessions).toFixed(1)}`)
    .join(", ");
  const requests = takeRequests();
  const count = [...requests.values()].reduce((sum, one) => sum + one, 0);
  process.stdout.write(
    `${width} at once: ${(sessions / seconds).toFixed(1)} sessions/s, ` +
      `p50 ${quantile(ms, 0.5).toFixed(0)} ms; a session: ` +
      `${((used.user + used.system) / 1000 / sessions).toFixed(1)} ms of ours, ${others} ms; ` +
      `${(count / sessions).toFixed(0)} requests: ${requestText(requests, sessions)}\n`,
  );
}
await system.stop();
await backend.close();
await backends.close();
