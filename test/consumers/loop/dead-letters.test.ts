import { expect, it } from "vitest";
import { createDeadLetter, REDRIVES } from "../../../consumers/loop/dead-letters.ts";
import { MmmError } from "../../../schemas/errors.ts";
import type { LogRecord } from "../../../session/ports.ts";

const record: LogRecord = {
  topic: "ds-outputs",
  partition: 3,
  offset: 41,
  key: "s1",
  value: Buffer.from("raw bytes"),
  headers: { ce_id: "x" },
  timestamp: 7,
};

it("a dead letter keeps the bytes, where they came from, and why", () => {
  const error = new MmmError("record_undecodable", `no\nsuch type ${"x".repeat(900)}`);
  const letter = createDeadLetter(record, "mmm.guard", error);
  expect(letter).toMatchObject({ topic: "dead-letters", key: "s1", value: record.value });
  expect(letter.headers).toMatchObject({
    ce_id: "x",
    "dlq-topic": "ds-outputs",
    "dlq-partition": "3",
    "dlq-offset": "41",
    "dlq-group": "mmm.guard",
    "dlq-code": "record_undecodable",
    [REDRIVES]: "0",
  });
  expect(letter.headers["dlq-message"]).toHaveLength(500);
  expect(letter.headers["dlq-message"]).toMatch(/^no such type/);
});

it("how often it was sent again travels with it", () => {
  const again = { ...record, headers: { [REDRIVES]: "2" } };
  const { headers } = createDeadLetter(again, "g", new Error("odd"));
  expect([headers[REDRIVES], headers["dlq-code"]]).toEqual(["2", "internal"]);
});
