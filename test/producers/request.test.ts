import { describe, expect, it } from "vitest";
import {
  computeRequestDigest,
  deriveRequestedSessionId,
  type Input,
  sendToInbox,
} from "../../producers/request.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type { EventLog, OutgoingRecord } from "../../session/ports.ts";
import type { EventData } from "../../schemas/event.ts";
import { decidedBy, NOW, REQUEST } from "../support/given.ts";

const request = REQUEST.data as EventData<"SessionRequested">;
const input: Input = { session: "s1", businessUnit: "emea", producer: "cli", key: "k", time: NOW };

async function send(more: Partial<Input> = {}) {
  const calls: string[] = [];
  const records: OutgoingRecord[] = [];
  const log = {
    append: (batch: readonly OutgoingRecord[]) => {
      calls.push("append");
      records.push(...batch);
      return Promise.resolve();
    },
    flush: () => {
      calls.push("flush");
      return Promise.resolve();
    },
  } as unknown as EventLog;
  const id = await sendToInbox(log, { ...input, ...more }, decidedBy("e1", "resume"));
  return { id, calls, records };
}

describe("a session that is asked for", () => {
  it("has an id that follows from all that is asked, and how often", () => {
    const id = deriveRequestedSessionId(request, 1);
    expect(deriveRequestedSessionId({ ...request }, 1)).toBe(id);
    expect(deriveRequestedSessionId(request, 2)).not.toBe(id);
    expect(deriveRequestedSessionId({ ...request, seed: 8 }, 1)).not.toBe(id);
    expect(computeRequestDigest(request)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("an input from outside", () => {
  it("is on the inbox when it resolves, its own cause", async () => {
    const { id, calls, records } = await send();
    expect(calls).toEqual(["append", "flush"]);
    expect(records).toMatchObject([
      {
        topic: TOPICS.sessions.topic,
        key: "s1",
        headers: { ce_id: id, ce_causationid: id, ce_source: "/mmm/cli" },
      },
    ]);
  });

  it("said twice with the same key is said once", async () => {
    const { id } = await send();
    expect((await send({ time: "2027-01-01T00:00:00.000Z" })).id).toBe(id);
    expect((await send({ key: "k2" })).id).not.toBe(id);
    expect((await send({ session: "s2" })).id).not.toBe(id);
    expect((await send({ producer: "api" })).id).not.toBe(id);
  });
});
