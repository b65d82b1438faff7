import { describe, expect, it } from "vitest";
import { createLearningDecoder } from "../../../consumers/loop/schema-learner.ts";
import { systemClock } from "../../../infra/clock.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";
import { encodeEvent } from "../../../schemas/codec.ts";
import { deriveEventId, deriveSessionId, type Event } from "../../../schemas/event.ts";
import { toHeaders } from "../../../schemas/headers.ts";
import { BACKENDS } from "../../support/backends.ts";
import { newerVersion } from "../../support/newer-writer.ts";
import { collectFaults, inputOf, request, startSystem, until } from "../../support/system.ts";
import { sendToInbox } from "../../../producers/request.ts";

describe.each(BACKENDS)("a newer schema while the system runs, on $name", ({ name, open }) => {
  it("is learnt from the schemas topic, and the record is taken like any other", async () => {
    const backend = await open();
    const observer = collectFaults();
    const system = await startSystem({ ...backend, observer });
    const text: Event = {
      type: "ProposalSubmitted",
      data: { submitted_by: "bob", text: "lower tv decay" },
    };
    const newer = newerVersion(`added_on_${name.split(" ")[0]}`);
    const body = newer.body(encodeEvent(text));
    await newer.publish(backend.log);
    const replaced = {
      ...backend.log,
      append: (records: Parameters<typeof backend.log.append>[0]) =>
        backend.log.append(
          records.map((record) =>
            record.headers["ce_type"] === "mmm.ProposalSubmitted"
              ? { ...record, value: body }
              : record,
          ),
        ),
    };
    await request(backend.log, "s1");
    await sendToInbox(replaced, inputOf("s1", "newer"), text);
    const entries = await until(backend.log, "s1");
    await system.stop();
    await backend.close();
    expect(observer.deadLetters).toEqual([]);
    expect(observer.failures).toEqual([]);
    const types = entries.map((entry) => entry.event.type);
    expect(types.some((type) => type === "ProposalSubmitted" || type === "OutcomeRefused")).toBe(
      true,
    );
  });
});

describe("a schema book", () => {
  const at = { topic: "sessions", partition: 0, offset: 0, timestamp: 0, key: "s1" };
  const time = "2026-01-05T10:00:00.000Z";
  const id = deriveEventId(deriveSessionId("book"), "test", 0);
  const envelope = { id, session: "s1", business_unit: "emea", cause: id, producer: "t", time };
  const headers = toHeaders("SessionCancelled", envelope);
  const old = encodeEvent({ type: "SessionCancelled", data: { by: "ann", reason: "r" } });
  const newer = newerVersion("added_for_the_book");
  const good = { ...at, headers, value: newer.body(old) };

  it("reads what came together, right behind rubbish, past texts that are no schemas", async () => {
    const log = createMemoryLog({ partitions: 1, clock: systemClock });
    const decode = createLearningDecoder(log, { now: () => 0 });
    const rubbish = Buffer.concat([Buffer.from([0xc3, 0x01]), Buffer.alloc(20, 7)]);
    await expect(decode({ ...at, headers, value: rubbish })).rejects.toThrow("no schema has");
    const texts = ["", "null", "{", '{"a":1}', '"no such type"'];
    await log.append(
      texts.map((text) => ({ topic: "schemas", key: text, value: Buffer.from(text), headers: {} })),
    );
    await newer.publish(log);
    const found = await Promise.all([decode(good), decode(good), decode(good)]);
    for (const event of found) expect(event.data).toEqual({ by: "ann", reason: "r" });
    await log.close();
  });

  it("looks for a fingerprint once a second, and for so many at most", async () => {
    let [now, reads] = [0, 0];
    const log = createMemoryLog({ partitions: 1, clock: systemClock });
    const counted = {
      read: (options: Parameters<typeof log.read>[0]) => {
        reads += 1;
        return log.read(options);
      },
    };
    const decode = createLearningDecoder(counted, { now: () => now });
    const rubbish = (byte: number) => {
      const value = Buffer.concat([Buffer.from([0xc3, 0x01]), Buffer.alloc(20, byte)]);
      return expect(decode({ ...at, headers, value })).rejects.toThrow("no schema has");
    };
    for (let time = 0; time < 3; time += 1) await rubbish(1);
    expect(reads).toBe(1);
    now = 1_000;
    await rubbish(1);
    expect(reads).toBe(2);
    for (let byte = 2; byte < 200; byte += 1) await rubbish(byte);
    expect(reads).toBe(65);
    await log.close();
  });
});
