/**
 * Records of a session's history in the form they are exported and verified in, offline.
 *
 * I1. Verifying needs nothing but the export: bodies are there byte for byte, and the product knows
 *     every schema that it ever published.
 * I2. A changed byte, a removed, added or moved record and a cut tail are each reported with the
 *     first sequence number that does not fit.
 */
import { z } from "zod";
import { toCanonicalJson } from "../schemas/canonical.ts";
import { decodeEvent } from "../schemas/codec.ts";
import { describeError, MmmError } from "../schemas/errors.ts";
import type { Envelope, Event, EventType, Recorded } from "../schemas/event.ts";
import { readEnvelope } from "../schemas/headers.ts";
import { withoutDefaults } from "../schemas/written-data.ts";
import { updateHistoryDigest, computeGenesisHash, computeLink, readLink } from "./chain.ts";
import type { LogRecord } from "./ports.ts";

const HASH = z.string().regex(/^[0-9a-f]{64}$/);

const LINE = z.strictObject({
  seq: z.int().positive(),
  type: z.string(),
  id: z.string(),
  session: z.string(),
  business_unit: z.string(),
  cause: z.string(),
  producer: z.string(),
  time: z.string(),
  prev: HASH,
  hash: HASH,
  body: z.base64(),
  data: z.unknown(),
});

const MANIFEST = z.strictObject({
  manifest: z.strictObject({
    session: z.string(),
    records: z.int().nonnegative(),
    head: HASH,
    history_digest: z.string(),
  }),
});

export type AuditLine = z.infer<typeof LINE>;
export type AuditManifest = z.infer<typeof MANIFEST>["manifest"];

/** A history record and its decoded event. */
export interface HistoryEntry {
  readonly line: AuditLine;
  readonly event: Recorded;
}

/** A history record from the log as an export line with its event. */
export function toHistoryEntry(record: LogRecord): HistoryEntry {
  const envelope = readEnvelope(record.headers);
  const event = decodeEvent(record.value);
  const { id, session, business_unit, cause, producer, time } = envelope;
  const { seq, prev, hash } = readLink(record.headers);
  const line: AuditLine = {
    seq,
    type: event.type,
    id,
    session,
    business_unit,
    cause,
    producer,
    time,
    prev,
    hash,
    body: Buffer.from(record.value).toString("base64"),
    data: event.data,
  };
  return { line, event: { ...event, envelope, attachments: {} } as Recorded };
}

/** The last line of an export: without it a cut tail could not be told. */
export function createManifest(session: string, entries: readonly HistoryEntry[]): AuditManifest {
  return {
    session,
    records: entries.length,
    head: entries.at(-1)?.line.hash ?? computeGenesisHash(session),
    history_digest: computeHistoryDigest(entries.map((entry) => entry.event)),
  };
}

/** Digest of what was decided, equal for equal sessions. */
export function computeHistoryDigest(events: Iterable<Event>): string {
  let digest = "";
  for (const event of events) digest = updateHistoryDigest(digest, event);
  return digest;
}

export interface AuditFault {
  readonly session: string;
  readonly seq: number;
  readonly reason: string;
}

export interface AuditReport {
  readonly session: string;
  readonly records: number;
  readonly head: string;
  readonly history_digest: string;
  readonly fault: AuditFault | null;
  /** The seal's text, where the session is sealed. */
  readonly seal: string | null;
  /** What the seal has to be about: the records before it, and the last one's hash. */
  readonly sealed: { readonly seq: number; readonly head: string } | null;
  readonly events: readonly Recorded[];
}

/** Verifies parsed export lines (records in order, manifest last). Never throws. */
export function verifyExport(lines: readonly unknown[]): AuditReport {
  const manifest = MANIFEST.safeParse(lines.at(-1));
  const records = manifest.success ? lines.slice(0, -1) : lines;
  const session = readSessionId(records, manifest.success ? manifest.data.manifest.session : "");
  const walked = verifyRecords(session, records);
  if (walked.fault !== null) return walked;
  if (!manifest.success)
    return { ...walked, fault: createFault(walked, "the manifest line is missing") };
  return { ...walked, fault: findManifestFault(walked, manifest.data.manifest) };
}

function readSessionId(records: readonly unknown[], named: string): string {
  const first = LINE.safeParse(records[0]);
  return first.success ? first.data.session : named;
}

function verifyRecords(session: string, records: readonly unknown[]): AuditReport {
  let head = computeGenesisHash(session);
  let seal: string | null = null;
  let sealed: AuditReport["sealed"] = null;
  const events: Recorded[] = [];
  const report = (found: AuditFault | null): AuditReport => ({
    session,
    records: events.length,
    head,
    history_digest: computeHistoryDigest(events),
    fault: found,
    seal,
    sealed,
    events,
  });
  for (const [index, record] of records.entries()) {
    const seq = index + 1;
    const parsed = LINE.safeParse(record);
    if (!parsed.success)
      return report({ session, seq, reason: "the line is not a history record" });
    const event = verifyLine(parsed.data, { session, seq, prev: head });
    if (typeof event === "string") return report({ session, seq, reason: event });
    if (event.type === "SessionSealed" && seal === null) {
      seal = event.data.seal;
      sealed = { seq: index, head };
    }
    head = parsed.data.hash;
    events.push(event);
  }
  return report(null);
}

/** The line's event, or why the line does not continue the chain. */
function verifyLine(
  line: AuditLine,
  at: { readonly session: string; readonly seq: number; readonly prev: string },
): Recorded | string {
  if (line.session !== at.session) return `the record belongs to session ${line.session}`;
  if (line.seq !== at.seq) return `the record has seq ${line.seq}`;
  if (line.prev !== at.prev) return "the record does not follow the one before it";
  const body = Buffer.from(line.body, "base64");
  const { id, session, business_unit, cause, producer, time } = line;
  const envelope: Envelope = { id, session, business_unit, cause, producer, time };
  const link = computeLink(at, envelope, { type: line.type, body });
  if (link.hash !== line.hash) return "the record's bytes do not give its hash";
  let event: Event;
  try {
    event = decodeEvent(body);
  } catch (error) {
    return describeError(error);
  }
  if (event.type !== line.type) return "the body is of another type";
  if (formatStatement(event.type, event.data) !== formatStatement(event.type, line.data)) {
    return "the data are not the body's";
  }
  return { ...event, envelope, attachments: {} } as Recorded;
}

/** What the data say, whichever version of the schema they were written with. */
function formatStatement(type: EventType, data: unknown): string {
  return toCanonicalJson(withoutDefaults(type, data));
}

function findManifestFault(report: AuditReport, manifest: AuditManifest): AuditFault | null {
  if (manifest.session !== report.session)
    return createFault(report, "the manifest is another session's");
  if (manifest.records !== report.records) {
    return createFault(
      report,
      `the manifest counts ${manifest.records} records, there are ${report.records}`,
    );
  }
  if (manifest.head !== report.head) return createFault(report, "the manifest has another head");
  if (manifest.history_digest !== report.history_digest) {
    return createFault(report, "the manifest has another history digest");
  }
  return findSealFault(report) ?? findSwapFault(report);
}

/**
 * A session has one methodology and one set of data: what was cleared and trained names the same digests
 * throughout. Where the session began with data named, these.
 */
function findSwapFault({ events, session }: AuditReport): AuditFault | null {
  let methodology: string | null = null;
  let data: string | null = null;
  for (const [at, event] of events.entries()) {
    const fault = (reason: string): AuditFault => ({ session, seq: at + 1, reason });
    if (event.type === "SessionStarted") data = event.data.data_digest || null;
    if (event.type === "ProposalCleared") {
      methodology ??= event.data.methodology_digest;
      if (event.data.methodology_digest !== methodology)
        return fault("another methodology was cleared");
    }
    if (event.type === "ModelTrained") {
      data ??= event.data.data_digest;
      if (event.data.data_digest !== data) return fault("a model was trained on other data");
    }
  }
  return null;
}

/** What may still be recorded of a session that is sealed: what came too late, and operators' acts. */
const AFTER_SEAL: ReadonlySet<string> = new Set([
  "OutcomeRefused",
  "DecisionRefused",
  "OperatorActed",
]);

/** A finished session has to end with its seal; only refusals of what came too late follow it. */
function findSealFault(report: AuditReport): AuditFault | null {
  const { events, session, sealed } = report;
  const completed = events.findIndex((event) => event.type === "SessionCompleted");
  if (completed !== -1 && events[completed + 1]?.type !== "SessionSealed") {
    return createFault(report, "the session is completed but not sealed");
  }
  if (sealed === null) return null;
  const stray = events.findIndex(({ type }, at) => at > sealed.seq && !AFTER_SEAL.has(type));
  if (stray === -1) return null;
  return { session, seq: stray + 1, reason: `${events[stray]?.type} after the seal` };
}

function createFault(report: { session: string; records: number }, reason: string): AuditFault {
  return { session: report.session, seq: report.records + 1, reason };
}

/** Parses the NDJSON text of an export. Throws `audit_broken` for a line that is not JSON. */
export function parseExport(text: string): readonly unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch (cause) {
      throw new MmmError("audit_broken", `line ${index + 1} of the export is not JSON`, { cause });
    }
  });
}
