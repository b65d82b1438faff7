/** Histories of earlier versions of the product (test/fixtures/histories), and a state that holds one. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { systemClock } from "../../infra/clock.ts";
import { openSqliteState } from "../../infra/sqlite-state.ts";
import { encodeEvent } from "../../schemas/codec.ts";
import type { Event, EventType } from "../../schemas/event.ts";
import { toHeaders } from "../../schemas/headers.ts";
import { parseExport, verifyExport } from "../../session/audit.ts";
import { genesis, linkHeaders, linkOf } from "../../session/chain.ts";
import type { OutgoingRecord } from "../../session/ports.ts";

const FOLDER = "test/fixtures/histories";

export interface KeptHistory {
  /** Such as "1/plain". */
  readonly name: string;
  readonly logicVersion: number;
  /** The export as it was written. */
  readonly text: string;
  /** Public halves of the keys that signed it, as MMM_KEYS takes them. */
  readonly keys: string;
}

/** All of them, oldest rules first. */
export function keptHistories(): readonly KeptHistory[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: version }) => {
      const folder = join(FOLDER, version);
      const keys = readFileSync(join(folder, "keys.json")).toString("base64url");
      return readdirSync(folder)
        .filter((file) => file.endsWith(".ndjson.gz"))
        .map((file) => ({
          name: `${version}/${file.replace(".ndjson.gz", "")}`,
          logicVersion: Number(version),
          text: gunzipSync(readFileSync(join(folder, file))).toString("utf8"),
          keys,
        }));
    });
}

/** The export as a program with other rules would have written it, from its first `records` records. */
export function writtenByRules(text: string, version: number, records?: number): string {
  const { events } = verifyExport(parseExport(text));
  let prev = genesis(events[0]?.envelope.session ?? "");
  const lines = events.slice(0, records).map((event, index) => {
    const { type, envelope } = event;
    const data = type === "SessionStarted" ? { ...event.data, logic_version: version } : event.data;
    const body = encodeEvent({ type, data } as Event);
    const { seq, hash } = linkOf({ seq: index + 1, prev }, envelope, { type, body });
    const line = { seq, type, ...envelope, prev, hash, body: body.toString("base64") };
    prev = hash;
    return JSON.stringify(line);
  });
  return [...lines, JSON.stringify({ manifest: {} })].join("\n");
}

const LINE = z.object({
  seq: z.int(),
  type: z.string(),
  id: z.string(),
  session: z.string(),
  business_unit: z.string(),
  cause: z.string(),
  producer: z.string(),
  time: z.string(),
  prev: z.string(),
  hash: z.string(),
  body: z.string(),
});

/** An export's records as they stand on the log. */
export function historyRecords(text: string): readonly OutgoingRecord[] {
  return parseExport(text)
    .slice(0, -1)
    .map((line) => {
      const { seq, prev, hash, body, type, ...envelope } = LINE.parse(line);
      const link = linkHeaders({ seq, prev, hash });
      const headers = { ...toHeaders(type as EventType, envelope), ...link };
      const value = Buffer.from(body, "base64");
      return { topic: "history", key: envelope.session, value, headers };
    });
}

/** Fills a state folder with the records of an export; resolves with the session's id. */
export async function fillState(folder: string, text: string): Promise<string> {
  const records = historyRecords(text);
  const state = openSqliteState(folder, { partitions: 12, clock: systemClock });
  try {
    await state.log.ensureTopics();
    await state.log.append(records);
    await state.log.flush();
  } finally {
    await state.close();
  }
  return records[0]?.key ?? "";
}
