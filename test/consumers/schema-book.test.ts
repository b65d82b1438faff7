import { describe, expect, it } from "vitest";
import avro from "avsc";
import { crc64Avro } from "../../schemas/fingerprint.ts";
import { encodeEvent, presentSchemas } from "../../schemas/codec.ts";
import type { Event } from "../../schemas/event.ts";
import { BACKENDS } from "../support/backends.ts";
import { collectFaults, inputOf, request, startSystem, until } from "../support/system.ts";
import { submit } from "../../producers/request.ts";

/** A newer writer's ProposalSubmitted: one more field, with a default. */
const present = presentSchemas().find((row) => row.type === "ProposalSubmitted");
const newer = JSON.parse(present?.schemaJson ?? "{}");
newer.fields.push({ name: "urgency", type: "string", default: "normal" });

/** Body of an event as a newer process writes it. */
function newerBody(data: Record<string, unknown>): Buffer {
  const type = avro.Type.forSchema(newer as avro.Schema, { wrapUnions: "never" });
  const header = Buffer.alloc(10);
  header.writeUInt16BE(0xc301, 0);
  header.writeBigUInt64LE(crc64Avro(Buffer.from(JSON.stringify(type.schema()))), 2);
  return Buffer.concat([header, type.toBuffer(data)]);
}

describe.each(BACKENDS)("a newer schema while the system runs, on $name", ({ open }) => {
  it("is learnt from the schemas topic, and the record is taken like any other", async () => {
    const backend = await open();
    const observer = collectFaults();
    const system = await startSystem({ ...backend, observer });
    const text: Event = {
      type: "ProposalSubmitted",
      data: { submitted_by: "bob", text: "lower tv decay" },
    };
    const body = newerBody({ ...text.data, urgency: "high" });
    expect(body.length).toBeGreaterThan(encodeEvent(text).length);
    const fingerprint = body.readBigUInt64LE(2).toString(16).padStart(16, "0");
    await backend.log.append([
      {
        topic: "schemas",
        key: fingerprint,
        value: Buffer.from(JSON.stringify(newer)),
        headers: {},
      },
    ]);
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
    await submit(replaced, inputOf("s1", "newer"), text);
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
