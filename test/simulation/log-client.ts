/**
 * One process's `EventLog` on the simulated broker: every call takes a hop there and a hop back, and
 * may fail before its effect, after it, or take effect after it was reported as failed.
 */
import { MmmError } from "../../schemas/errors.ts";
import { TOPIC_ROWS } from "../../schemas/topics.ts";
import type {
  ConsumeOptions,
  Consumption,
  EventLog,
  LogRecord,
  OutgoingRecord,
  Place,
  ReadOptions,
  RecordSink,
  Transactor,
} from "../../session/ports.ts";
import { placeName, placesOf } from "../../infra/record-table.ts";
import type { Broker, Hold, Member } from "./broker.ts";
import type { Scheduler, SimProcess } from "./scheduler.ts";

/** How a call to a simulated server goes wrong. */
export type CallFault = "none" | "refused" | "unanswered" | "late" | "partial";

export interface Link {
  readonly scheduler: Scheduler;
  readonly broker: Broker;
  readonly process: SimProcess;
  /** Asked once per call. */
  callFault(call: string): CallFault;
}

const PAGE = 64;
const RETRY_MS = 100;

export function createSimLog(link: Link): EventLog {
  const { broker, process } = link;
  return {
    partitions: broker.partitions,
    partitionOf: (key) => broker.partitionOf(key),
    ensureTopics: () => process.hop("ensure"),
    describe: () =>
      call(link, "describe", () =>
        TOPIC_ROWS.map(({ topic }) => ({
          topic,
          partitions: placesOf([topic], broker.partitions).length,
          ranges: placesOf([topic], broker.partitions).map((place) => ({
            low: 0,
            high: broker.records(place).length,
          })),
        })),
      ),
    append: (records) => append(link, records),
    flush: () => process.hop("flush"),
    consume: (options, sink) => consume(link, options, sink),
    transactor: (group, place) => transactor(link, group, place),
    read: (options) => read(link, options),
    listUnstable: () => Promise.resolve([]),
    lag: () => Promise.reject(new MmmError("internal", "the simulated log counts no lag")),
    close: () => Promise.resolve(),
  };
}

function unavailable(what: string): MmmError {
  return new MmmError("log_unavailable", `the simulated log did not answer ${what}`);
}

async function call<T>(link: Link, name: string, effect: () => T): Promise<T> {
  const fault = link.callFault(name);
  await link.process.hop(`${name}>`);
  if (fault === "refused") throw unavailable(name);
  if (fault === "late") {
    const delay = link.scheduler.random.uniform() * 3_000;
    link.scheduler.later(delay, null, `${name} late`, () => {
      try {
        effect();
      } catch {
        // Nobody waits for the answer any more.
      }
    });
    throw unavailable(name);
  }
  const result = effect();
  await link.process.hop(`<${name}`);
  if (fault === "unanswered") throw unavailable(name);
  return result;
}

async function append(link: Link, records: readonly OutgoingRecord[]): Promise<void> {
  const fault = link.callFault("append");
  if (fault === "partial" && records.length > 1) {
    const some = 1 + link.scheduler.random.below(records.length - 1);
    await call({ ...link, callFault: () => "none" }, "append", () =>
      link.broker.append(records.slice(0, some)),
    );
    throw unavailable("append");
  }
  await call({ ...link, callFault: () => fault }, "append", () => link.broker.append(records));
}

async function transactor(link: Link, group: string, place: Place): Promise<Transactor> {
  const { broker } = link;
  const { epoch, next } = await call(link, "transactor", () => ({
    epoch: broker.openEpoch(group, place),
    next: broker.committed(group, place),
  }));
  let open = true;
  return {
    next,
    commit: async (records, offset) => {
      if (!open) throw new MmmError("fenced", `the transactor of ${placeName(place)} is closed`);
      const owner = { group, place, epoch };
      return call(link, "transact", () => broker.transact(owner, records, offset));
    },
    close: async () => {
      open = false;
    },
  };
}

async function* read(link: Link, options: ReadOptions): AsyncGenerator<LogRecord> {
  const { broker } = link;
  const only =
    options.partition ?? (options.key === undefined ? 0 : broker.partitionOf(options.key));
  const place = { topic: options.topic, partition: only };
  const end = await call(link, "read", () => broker.records(place).length);
  for (let from = options.from ?? 0; from < end; from += PAGE) {
    yield* await call(link, "read", () =>
      broker
        .records(place)
        .slice(from, Math.min(end, from + PAGE))
        .filter((record) => options.key === undefined || record.key === options.key),
    );
  }
}

async function consume(
  link: Link,
  options: ConsumeOptions,
  sink: RecordSink,
): Promise<Consumption> {
  const { broker, process, scheduler } = link;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {});
  const paused = new Set<string>();
  const holds = new Map<string, Hold>();

  /** One hold of a place after the other, however the broker sees it. */
  async function run(hold: Hold): Promise<void> {
    const before = holds.get(placeName(hold.place));
    holds.set(placeName(hold.place), hold);
    await before?.ended;
    await runAlone(hold);
    if (holds.get(placeName(hold.place)) === hold) holds.delete(placeName(hold.place));
  }

  async function runAlone(hold: Hold): Promise<void> {
    const { place } = hold;
    if (!(await assign(hold))) return;
    paused.delete(placeName(place));
    await process.hop("position");
    let cursor = broker.committed(options.group, place);
    while (!hold.stopping) {
      const idle = paused.has(placeName(place)) || broker.records(place).length <= cursor;
      if (idle) {
        await new Promise<void>((wake) => (hold.wake = wake));
        continue;
      }
      await process.hop("deliver");
      if (hold.stopping || paused.has(placeName(place))) continue;
      const max = Math.min(options.deliverMax ?? 256, 1 + scheduler.random.below(24));
      const records = broker.records(place).slice(cursor, cursor + max);
      cursor += records.length;
      await sink.deliver(place, records);
    }
    await sink.revoked(place);
    await process.hop("revoked");
  }

  async function assign(hold: Hold): Promise<boolean> {
    while (!hold.stopping) {
      await process.hop("assign");
      try {
        await sink.assigned(hold.place);
        return true;
      } catch (error) {
        if (error instanceof MmmError && !error.retriable) {
          reject(error);
          return false;
        }
        await process.sleep(RETRY_MS);
      }
    }
    return false;
  }

  const { group, topics } = options;
  const member: Member = { group, topics, process, left: false, stopped: false, run };
  await process.hop("join");
  broker.join(member);
  return {
    ended,
    pause: (place) => void paused.add(placeName(place)),
    resume: (place) => {
      paused.delete(placeName(place));
      holds.get(placeName(place))?.wake();
    },
    commit: async (place, offset) => {
      const hold = holds.get(placeName(place));
      if (hold === undefined) throw new MmmError("fenced", "the place was let go");
      await call(link, "commit", () => broker.commit(hold, offset));
    },
    stop: async () => {
      member.stopped = true;
      const mine = [...holds.values()];
      for (const hold of mine) {
        hold.stopping = true;
        hold.wake();
      }
      await Promise.all(mine.map((hold) => hold.ended));
      broker.leave(member);
      resolve();
    },
  };
}
