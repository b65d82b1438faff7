import { describe, expect, it } from "vitest";
import { createEnvelope, type Origin, publish } from "../../producers/publish.ts";
import { readAttachments, readEnvelope } from "../../schemas/headers.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type { EventLog, OutgoingRecord } from "../../session/ports.ts";
import { made, NOW, routed } from "../support/given.ts";

const origin: Origin = {
  producer: "router",
  session: "s1",
  businessUnit: "emea",
  cause: "00000000-0000-5000-8000-000000000001",
  time: NOW,
};

function openLog() {
  const appended: OutgoingRecord[][] = [];
  const log = {
    append: (records: readonly OutgoingRecord[]) => {
      appended.push([...records]);
      return Promise.resolve();
    },
  } as unknown as EventLog;
  return { appended, log };
}

describe("events on their way", () => {
  it("are in the inbox before anything is on another topic", async () => {
    const { appended, log } = openLog();
    await publish(log, origin, [
      {
        event: made("w1.1"),
        to: [TOPICS.dsOutputs, TOPICS.sessions],
        attachments: { warrant: "w" },
      },
      { event: routed("w1.1"), to: [TOPICS.sessions] },
    ]);
    expect(appended.map((batch) => batch.map(({ topic }) => topic))).toEqual([
      ["sessions", "sessions"],
      ["ds-outputs"],
    ]);
    const [inbox, rest] = appended;
    expect(readAttachments(inbox?.[0]?.headers ?? {})).toEqual({});
    expect(readAttachments(rest?.[0]?.headers ?? {})).toEqual({ warrant: "w" });
    expect(inbox?.[0]?.headers["ce_id"]).toBe(rest?.[0]?.headers["ce_id"]);
  });

  it("have ids that follow from cause, producer and place, so that twice is once", async () => {
    const ids = async (more: Partial<Origin> = {}) => {
      const { appended, log } = openLog();
      const emissions = [routed("w1.1"), made("w1.1")].map((event) => ({
        event,
        to: [TOPICS.sessions],
      }));
      await publish(log, { ...origin, ...more }, emissions);
      return appended.flat().map(({ headers }) => readEnvelope(headers).id);
    };
    expect(await ids({ time: "2027-01-01T00:00:00.000Z" })).toEqual(await ids());
    expect(new Set([...(await ids()), ...(await ids({ producer: "guard" }))]).size).toBe(4);
  });

  it("are keyed by their session, and nothing is appended for nothing", async () => {
    const { appended, log } = openLog();
    await publish(log, origin, []);
    expect(appended).toEqual([]);
    await publish(log, origin, [{ event: routed("w1.1"), to: [TOPICS.sessions] }]);
    expect(appended[0]?.[0]?.key).toBe("s1");
    expect(createEnvelope({ ...origin, traceparent: "t" }, 0).traceparent).toBe("t");
  });
});
