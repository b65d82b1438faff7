/**
 * What every `EventLog` promises about its transactors: all or nothing, one owner, one order.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EventLog, Place, RecordSink, Transactor } from "../../session/ports.ts";
import {
  collector,
  failure,
  type LogUnderTest,
  readAll,
  record,
  textOf,
  until,
} from "./log-contract.ts";

/** A log whose server can be reached through a connection that loses an answer when it is told to. */
export interface LossyLog extends LogUnderTest {
  /** The answer to the next taking-over of this place is lost; what was asked for is done. */
  loseClaim(group: string, place: Place): void;
  readonly lost: number;
}

/**
 * Runs the suite; `create` gives a fresh, empty log. `createLossy` for logs behind a network: their
 * answers can be lost.
 */
export function transactorContract(
  name: string,
  create: () => Promise<LogUnderTest>,
  createLossy?: () => Promise<LossyLog>,
): void {
  if (createLossy !== undefined) lossyContract(name, createLossy);
  describe(`a transactor on ${name}`, () => {
    let under: LogUnderTest;
    let log: EventLog;
    let place: Place;
    const open: Transactor[] = [];
    beforeEach(async () => {
      under = await create();
      log = await under.open();
      await log.ensureTopics();
      place = { topic: "sessions", partition: log.partitionOf("s1") };
    });
    afterEach(async () => {
      for (const one of open.splice(0)) await one.close();
      await log.close();
      await under.remove();
    });
    async function transactor(group = "coordinator"): Promise<Transactor> {
      const one = await log.transactor(group, place);
      open.push(one);
      return one;
    }
    const consume = (sink: RecordSink) =>
      log.consume({ group: "coordinator", topics: ["sessions"], transactional: true }, sink);

    test("begins at 0, writes to several topics and marks the inbox done", async () => {
      await log.append([record("s1", "in", "sessions")]);
      const one = await transactor();
      expect(one.next).toBe(0);
      const offsets = await one.commit(
        [
          { ...record("s1", "h", "history"), partition: place.partition },
          record("s1", "task"),
          { ...record("s1", "h2", "history"), partition: place.partition },
        ],
        1,
      );
      const history = await readAll(log, { topic: "history", partition: place.partition });
      expect(history.map(textOf)).toEqual(["h", "h2"]);
      expect(history.map((one) => one.offset)).toEqual([offsets[0], offsets[2]]);
      expect((await readAll(log, { topic: "proposals" })).map(textOf)).toEqual(["task"]);
      expect((await log.lag("coordinator", "sessions"))[place.partition]?.committed).toBe(1);
      await one.close();
      expect((await transactor()).next).toBe(1);
    });

    test("fences the older owner of a place, whose records do not appear", async () => {
      await log.append([record("s1", "in", "sessions")]);
      const zombie = await transactor();
      const owner = await transactor();
      expect((await failure(zombie.commit([record("s1", "zombie", "history")], 1))).code).toBe(
        "fenced",
      );
      await owner.commit([record("s1", "owner", "history")], 1);
      expect((await readAll(log, { topic: "history" })).map(textOf)).toEqual(["owner"]);
    });

    test("of another place or group is not fenced", async () => {
      const one = await transactor();
      await transactor("another-group");
      await one.commit([record("s1", "still mine", "history")], 0);
      expect((await readAll(log, { topic: "history" })).map(textOf)).toEqual(["still mine"]);
    });

    test("refuses after it was closed", async () => {
      const one = await transactor();
      await one.close();
      expect((await failure(one.commit([record("s1", "late", "history")], 1))).code).toBe("fenced");
      expect(await readAll(log, { topic: "history" })).toEqual([]);
    });

    test("writes nothing of a batch with an impossible record", async () => {
      const one = await transactor();
      const bad = { ...record("s1", "bad", "history"), partition: log.partitions };
      await failure(one.commit([record("s1", "good", "history"), bad], 1));
      expect(await readAll(log, { topic: "history" })).toEqual([]);
      await one.close();
      expect((await transactor()).next).toBe(0);
    });

    test("takes an empty batch and an offset alone", async () => {
      await log.append([record("s1", "in", "sessions")]);
      const one = await transactor();
      expect(await one.commit([], 1)).toEqual([]);
      await one.close();
      expect((await transactor()).next).toBe(1);
    });

    test("carries many transactions after one another, in order", async () => {
      const one = await transactor();
      for (let at = 0; at < 50; at += 1) await one.commit([record("s1", `${at}`, "history")], 0);
      const history = await readAll(log, { topic: "history", key: "s1" });
      expect(history.map(textOf)).toEqual(Array.from({ length: 50 }, (_, at) => `${at}`));
    });

    test("agrees with a consumption on where deliveries start, and does not move it later", async () => {
      await log.append(["a", "b", "c", "d"].map((text) => record("s1", text, "sessions")));
      const first = await transactor();
      await first.commit([], 1);
      await first.close();
      const sink = collector({
        assigned: async (assigned) => {
          if (assigned.partition === place.partition) await transactor();
        },
      });
      const consumption = await consume(sink);
      await until(() => sink.seen.length === 3);
      const again = await transactor();
      expect(again.next).toBe(1);
      await again.commit([], 4);
      await log.append([record("s1", "e", "sessions")]);
      await until(() => sink.seen.length === 4);
      await consumption.stop();
      expect(sink.seen.map(textOf)).toEqual(["b", "c", "d", "e"]);
    });
  });
}

function lossyContract(name: string, create: () => Promise<LossyLog>): void {
  test(`on ${name} a place is taken over again though the answer to the first try was lost`, async () => {
    const under = await create();
    const log = await under.open();
    try {
      await log.ensureTopics();
      const place = { topic: "sessions", partition: log.partitionOf("s1") };
      const elsewhere = { topic: "sessions", partition: (place.partition + 1) % log.partitions };
      const other = await log.transactor("coordinator", elsewhere);
      const at = (text: string, { partition }: Place) => ({
        ...record("s1", text, "history"),
        partition,
      });
      await other.commit([at("of another place", elsewhere)], 1);
      under.loseClaim("coordinator", place);
      expect((await failure(log.transactor("coordinator", place))).code).toBe("log_unavailable");
      expect(under.lost).toBe(1);
      const again = await log.transactor("coordinator", place);
      expect(again.next).toBe(0);
      await again.commit([at("mine", place)], 1);
      await other.commit([at("still mine", elsewhere)], 2);
      const texts = async ({ partition }: Place) =>
        (await readAll(log, { topic: "history", partition })).map(textOf);
      expect(await texts(place)).toEqual(["mine"]);
      expect(await texts(elsewhere)).toEqual(["of another place", "still mine"]);
    } finally {
      await log.close();
      await under.remove();
    }
  });
}
