import { expect, it } from "vitest";
import { decodeRecord } from "../../../consumers/loop/decode-record.ts";
import { createEventRecord } from "../../../producers/publish.ts";
import { TOPICS } from "../../../schemas/topics.ts";
import type { LogRecord } from "../../../session/ports.ts";
import { recorded, routed } from "../../support/given.ts";

const event = recorded(routed("w1.1"));
const record: LogRecord = {
  ...createEventRecord(TOPICS.sessions, event, event.envelope, { warrant: "w" }),
  partition: 0,
  offset: 0,
  timestamp: 0,
};
const undecodable = expect.objectContaining({ code: "record_undecodable" });

it("a record is the event, its envelope and what travels beside it", () => {
  expect(decodeRecord(record)).toEqual({ ...event, attachments: { warrant: "w" } });
});

it("a record whose key, header and body do not agree is no event", () => {
  expect(() => decodeRecord({ ...record, key: "s2" })).toThrow(undecodable);
  const headers = { ...record.headers, ce_type: "mmm.ProposalMade" };
  expect(() => decodeRecord({ ...record, headers })).toThrow(undecodable);
  const { ce_id: _gone, ...rest } = record.headers;
  expect(() => decodeRecord({ ...record, headers: rest })).toThrow(undecodable);
  expect(() => decodeRecord({ ...record, value: Buffer.from("x") })).toThrow(undecodable);
});
