/** The chain over a history, and the digest of what was decided. */
import { describe, expect, it } from "vitest";
import { encodeEvent } from "../../schemas/codec.ts";
import {
  deriveEventId,
  deriveSessionId,
  type Envelope,
  type Event,
  type Recorded,
} from "../../schemas/event.ts";
import { toHistoryEntry, type HistoryEntry } from "../../session/audit.ts";
import {
  updateHistoryDigest,
  computeGenesisHash,
  toLinkHeaders,
  computeLink,
} from "../../session/chain.ts";
import { toHeaders } from "../../schemas/headers.ts";
import { cleared, givenProposal, made, REQUEST, routed } from "../support/given.ts";

const EVENTS: readonly Event[] = [REQUEST, routed("w1.1"), made("w1.1"), cleared("w1.1", "d")];

/** A chained history of these events, as the log would hold it. */
function chained(events: readonly Event[], session = "s1"): HistoryEntry[] {
  let head = computeGenesisHash(session);
  return events.map((event, index) => {
    const envelope: Envelope = {
      id: deriveEventId(deriveSessionId(session), "t", index),
      session,
      business_unit: "emea",
      cause: deriveSessionId(session),
      producer: "coordinator",
      time: "2026-01-05T10:00:00.000Z",
    };
    const body = encodeEvent(event);
    const link = computeLink({ seq: index + 1, prev: head }, envelope, { type: event.type, body });
    head = link.hash;
    const headers = { ...toHeaders(event.type, envelope), ...toLinkHeaders(link) };
    return toHistoryEntry({
      topic: "history",
      partition: 0,
      offset: index,
      key: session,
      value: body,
      headers,
      timestamp: 0,
    });
  });
}

/** The head after this history. */
function headOf(entries: readonly HistoryEntry[]): string {
  return entries.at(-1)?.line.hash ?? expect.fail("no entries");
}

describe("the chain", () => {
  it("binds each record to all before it, to its session and to its place", () => {
    const whole = chained(EVENTS);
    expect(headOf(chained(EVENTS))).toBe(headOf(whole));
    for (const other of [
      chained(EVENTS, "s2"),
      chained(EVENTS.toSpliced(1, 1)),
      chained(EVENTS.with(1, made("w1.1")).with(2, routed("w1.1"))),
      chained(EVENTS.slice(0, -1)),
    ]) {
      expect(headOf(other)).not.toBe(headOf(whole));
    }
    for (const [at, { line }] of whole.entries()) {
      expect(line.prev).toBe(at === 0 ? computeGenesisHash("s1") : whole[at - 1]?.line.hash);
    }
  });

  it("links what is no digest by its own digest, and never fails", () => {
    const envelope = chained(EVENTS)[0]?.event.envelope ?? expect.fail();
    const record = { type: "SessionRequested", body: Buffer.from("x") };
    const link = (prev: string) => computeLink({ seq: 1, prev }, envelope, record).hash;
    expect(link("not hexadecimal")).toMatch(/^[0-9a-f]{64}$/);
    expect(link("not hexadecimal")).not.toBe(link(""));
  });
});

describe("the history digest", () => {
  it("does not depend on session, time or signature, but on what was decided", () => {
    const digest = (events: readonly Event[]) =>
      events.reduce((so, event) => updateHistoryDigest(so, event), "");
    const signed = cleared("w1.1", "d", { clearance: "another token" });
    expect(digest([...EVENTS.slice(0, 3), signed])).toBe(digest(EVENTS));
    expect(digest([...EVENTS.slice(0, 3), cleared("w1.1", "e")])).not.toBe(digest(EVENTS));
    const other = chained(EVENTS, "s2").map((entry) => entry.event);
    expect(digest(other)).toBe(digest(EVENTS));
  });
});

describe("a state", () => {
  it("is the same fold of the same history, twice", async () => {
    const { replay } = await import("../../session/evolve.ts");
    const events: Recorded[] = chained(givenProposal().history).map((entry) => entry.event);
    expect(replay(events)).toEqual(replay(events));
    expect(JSON.parse(JSON.stringify(replay(events)))).toEqual(replay(events));
  });
});
