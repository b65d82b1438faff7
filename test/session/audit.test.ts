/** Exports as they are verified offline. */
import { describe, expect, it } from "vitest";
import { encodeEvent } from "../../schemas/codec.ts";
import { deriveEventId, deriveSessionId, type Envelope, type Event } from "../../schemas/event.ts";
import {
  toHistoryEntry,
  createManifest,
  parseExport,
  verifyExport,
  type HistoryEntry,
} from "../../session/audit.ts";
import { computeGenesisHash, toLinkHeaders, computeLink } from "../../session/chain.ts";
import { toHeaders } from "../../schemas/headers.ts";
import { cleared, made, REQUEST, routed } from "../support/given.ts";

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

function exportLines(): Record<string, unknown>[] {
  const entries = chained(EVENTS);
  const text = [...entries.map((entry) => entry.line), { manifest: createManifest("s1", entries) }]
    .map((line) => JSON.stringify(line))
    .join("\n");
  return parseExport(text) as Record<string, unknown>[];
}

describe("a verified export", () => {
  it("is intact as it was exported", () => {
    expect(verifyExport(exportLines())).toMatchObject({ fault: null, records: 4 });
  });

  it("is broken by any single changed byte of any record", () => {
    const whole = exportLines();
    for (const [at, line] of whole.slice(0, -1).entries()) {
      for (const field of ["body", "id", "time", "type", "producer", "cause", "business_unit"]) {
        const text = String(line[field]);
        const middle = Math.floor(text.length / 2);
        const other = text[middle] === "A" ? "B" : "A";
        const changed = text.slice(0, middle) + other + text.slice(middle + 1);
        const tampered = whole.with(at, { ...line, [field]: changed });
        expect(verifyExport(tampered).fault?.seq, `${field} of ${at}`).toBe(at + 1);
      }
    }
  });

  it("is broken by readable data that are not the body's", () => {
    const whole = exportLines();
    const first = whole[0] as Record<string, unknown>;
    const data = { ...(first["data"] as object), seed: 8 };
    expect(verifyExport(whole.with(0, { ...first, data })).fault?.reason).toContain("not the body");
  });

  it("is broken by a removed record, a swap, a cut tail and a missing manifest", () => {
    const whole = exportLines();
    expect(verifyExport(whole.toSpliced(1, 1)).fault?.seq).toBe(2);
    const swapped = whole.with(1, whole[2] ?? {}).with(2, whole[1] ?? {});
    expect(verifyExport(swapped).fault?.seq).toBe(2);
    expect(verifyExport(whole.toSpliced(3, 1)).fault?.reason).toContain("counts 4 records");
    expect(verifyExport(whole.slice(0, -1)).fault?.reason).toContain("manifest");
    expect(verifyExport([]).fault).not.toBeNull();
  });

  it("is broken when a finished session carries no seal", () => {
    const completed: Event = {
      type: "SessionCompleted",
      data: {
        status: "completed",
        reason: "",
        methodology_digest_start: null,
        methodology_digest_end: null,
        final_digest: null,
        iterations: 0,
        proposals_tried: 0,
        vetoes: 0,
        rejections: 0,
        escalations: 0,
        evaluations: 0,
      },
    };
    const entries = chained([REQUEST, completed]);
    const lines = [
      ...entries.map((entry) => entry.line),
      { manifest: createManifest("s1", entries) },
    ];
    expect(verifyExport(lines).fault?.reason).toContain("not sealed");
    const sealed: Event = { type: "SessionSealed", data: { seal: "a.b.c" } };
    const late: Event = {
      type: "DecisionRefused",
      data: { escalation: "e1", decided_by: "ann", reason: "late" },
    };
    const report = (...events: readonly Event[]) => {
      const all = chained([REQUEST, completed, sealed, ...events]);
      return verifyExport([
        ...all.map(({ line }) => line),
        { manifest: createManifest("s1", all) },
      ]);
    };
    expect(report(late).fault).toBeNull();
    expect(report(late).sealed).toEqual({ seq: 2, head: entries[1]?.line.hash });
    expect(report(late, completed).fault).toMatchObject({
      seq: 5,
      reason: "SessionCompleted after the seal",
    });
  });
});
