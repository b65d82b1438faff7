/**
 * Rebuild and verify: how fast all snapshots come back from `history`, and all chains are verified
 * offline, against merely reading the records.
 *
 * `node bench/loop/rebuild.ts [--backend embedded|kafka] [--sessions 200] [--rounds 5] [--json]`
 */
import { parseArgs } from "node:util";
import { SILENT } from "../../consumers/loop/observer.ts";
import { createSessionCache } from "../../consumers/coordinator/session-cache.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import { systemClock } from "../../infra/clock.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { TOPICS } from "../../schemas/topics.ts";
import {
  toHistoryEntry,
  createManifest,
  verifyExport,
  type HistoryEntry,
} from "../../session/audit.ts";
import { type Backend, embedded, kafkaAndRedis, PARTITIONS } from "../backends.ts";
import { startLoop } from "./loop-system.ts";
import { inFlight, median, spread } from "../measure.ts";

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "embedded" },
    sessions: { type: "string", default: "200" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});

const topic = TOPICS.history.topic;

async function readAll(backend: Backend): Promise<number> {
  let count = 0;
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for await (const record of backend.log.read({ topic, partition }))
      count += record.value.length > 0 ? 1 : 0;
  }
  return count;
}

/** Restores every partition from nothing and stores its snapshots. */
async function rebuildAll(backend: Backend): Promise<void> {
  const ring = createKeyRing(deriveSigningKey(Buffer.from(computeSha256("bench"), "hex")));
  const tools = {
    ...backend,
    clock: systemClock,
    observer: SILENT,
    keys: { coordinator: ring, guard: ring },
    groupPrefix: "bench",
  };
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    await backend.snapshots.clear(partition);
    const sessionCache = await createSessionCache(tools, partition);
    await sessionCache.save({ everyMs: 0, inboxOffset: 1 });
  }
  await backend.log.flush();
}

/** Verifies every session as an auditor would, from exported lines. */
async function verifyAll(backend: Backend): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const sessions = new Map<string, HistoryEntry[]>();
    for await (const record of backend.log.read({ topic, partition })) {
      const entries = sessions.get(record.key) ?? [];
      sessions.set(record.key, entries);
      entries.push(toHistoryEntry(record));
    }
    for (const [session, entries] of sessions) {
      const lines = [
        ...entries.map(({ line }) => line),
        { manifest: createManifest(session, entries) },
      ];
      const { fault } = verifyExport(lines);
      if (fault !== null) throw new Error(fault.reason);
    }
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const backends = values.backend === "kafka" ? await kafkaAndRedis() : embedded();
const backend = await backends.open();
try {
  const system = await startLoop({ ...backend, iterations: 20 });
  await inFlight(Number(values.sessions), 50, (index) => system.session(index + 1));
  await system.stop();
  const records = await readAll(backend);
  const rates: Record<string, number[]> = { read: [], rebuild: [], verify: [] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    rates["read"]?.push(records / (await seconds(() => readAll(backend))));
    rates["rebuild"]?.push(records / (await seconds(() => rebuildAll(backend))));
    rates["verify"]?.push(records / (await seconds(() => verifyAll(backend))));
  }
  const read = median(rates["read"] ?? []);
  for (const [name, found] of Object.entries(rates)) {
    const share = ((100 * median(found)) / read).toFixed(0);
    const line = `${backends.name}, ${name}: ${median(found).toFixed(0)} records/s (${spread(found, 0)}), ${share} % of reading, ${records} records\n`;
    if (!values.json) process.stdout.write(line);
  }
  if (values.json)
    process.stdout.write(`${JSON.stringify({ rebuild: backends.name, records, rates })}\n`);
} finally {
  await backend.close();
  await backends.close();
}
