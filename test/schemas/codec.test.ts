import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeEvent,
  encodeEvent,
  listSchemas,
  registerWriterSchema,
} from "../../schemas/codec.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { Event } from "../../schemas/event.ts";
import { anyEvent } from "../support/any-event.ts";

const DECIDED: Event = {
  type: "HumanDecided",
  data: { escalation: "e1", choice: "resume", instruction: null, decided_by: "ann", reason: "ok" },
};

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof MmmError) return error.code;
    throw error;
  }
  return "no error";
}

describe("the codec", () => {
  it("gives back every event that it encoded", () => {
    fc.assert(
      fc.property(anyEvent(), (event) => {
        expect(JSON.parse(JSON.stringify(decodeEvent(encodeEvent(event))))).toEqual(
          JSON.parse(JSON.stringify(event)),
        );
      }),
      { numRuns: 400 },
    );
  });

  it("frames a body as an Avro single object with its schema's fingerprint", () => {
    const body = encodeEvent(DECIDED);
    const schema = listSchemas().find((row) => row.type === "HumanDecided");
    expect(body.subarray(0, 2).toString("hex")).toBe("c301");
    expect(body.readBigUInt64LE(2).toString(16).padStart(16, "0")).toBe(schema?.fingerprint);
  });

  it("refuses a field that the schema does not know", () => {
    const event = { ...DECIDED, data: { ...DECIDED.data, extra: 1 } } as unknown as Event;
    expect(codeOf(() => encodeEvent(event))).toBe("event_invalid");
  });

  it("refuses a missing field, a wrong type and a number that is not finite", () => {
    const { reason: _gone, ...rest } = DECIDED.data as Record<string, unknown>;
    const fresh = (data: unknown) => ({ type: "HumanDecided", data }) as unknown as Event;
    expect(codeOf(() => encodeEvent(fresh(rest)))).toBe("event_invalid");
    expect(codeOf(() => encodeEvent(fresh({ ...DECIDED.data, reason: 5 })))).toBe("event_invalid");
    const completed = {
      type: "IterationCompleted",
      data: {
        iteration: 1,
        work_item: "w1",
        outcome: "accepted",
        proposal: null,
        loss: Number.NaN,
        best_loss: 1,
        convergence: 0,
        accepted_digest: "",
        methodology_digest: "",
      },
    } as Event;
    expect(codeOf(() => encodeEvent(completed))).toBe("event_invalid");
  });

  it("refuses a whole number that the Avro library would write wrongly", () => {
    const trained = {
      type: "TrainingRequested",
      data: { proposal: "p", config_digest: "d", seed: -(2 ** 52) - 1 },
    } as Event;
    expect(codeOf(() => encodeEvent(trained))).toBe("event_invalid");
  });

  it("refuses a body that is cut, followed by bytes, of another form or of an unknown schema", () => {
    const body = encodeEvent(DECIDED);
    const foreign = Buffer.from(body);
    foreign.writeBigUInt64LE(1n, 2);
    for (const bad of [
      body.subarray(0, body.length - 1),
      Buffer.concat([body, Buffer.from([0])]),
      Buffer.from("{}"),
      Buffer.alloc(0),
      foreign,
    ]) {
      expect(codeOf(() => decodeEvent(bad))).toBe("record_undecodable");
    }
  });

  it("never throws anything but its own error on arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const body = Buffer.concat([encodeEvent(DECIDED).subarray(0, 10), bytes]);
        try {
          decodeEvent(body);
        } catch (error) {
          expect(error).toBeInstanceOf(MmmError);
        }
      }),
    );
  });

  it("refuses to learn a schema that cannot be read as the present one", () => {
    const schema = JSON.stringify({
      type: "record",
      name: "mmm.HumanDecided",
      fields: [{ name: "escalation", type: "int" }],
    });
    expect(codeOf(() => registerWriterSchema(schema))).toBe("schema_mismatch");
  });
});
