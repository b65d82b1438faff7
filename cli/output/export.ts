/**
 * A session's history as NDJSON (verifiable offline), JSON or CSV.
 *
 * I1. NDJSON and JSON hold the bodies byte for byte and end with the manifest.
 * I2. In CSV no cell can start a formula, whatever an agent wrote.
 */
import { toCanonicalJson } from "../../schemas/canonical.ts";
import { createManifest, type HistoryEntry } from "../../session/audit.ts";

export const EXPORT_FORMATS = ["ndjson", "json", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The export's text. */
export function formatExport(
  session: string,
  entries: readonly HistoryEntry[],
  format: ExportFormat,
): string {
  const manifest = createManifest(session, entries);
  const lines = entries.map((entry) => entry.line);
  if (format === "json") return `${JSON.stringify({ records: lines, manifest }, null, 2)}\n`;
  if (format === "ndjson") {
    return [...lines, { manifest }].map((line) => `${JSON.stringify(line)}\n`).join("");
  }
  return [COLUMNS, ...entries.map(toCsvRow)]
    .map((row) => `${row.map(escapeCsvCell).join(",")}\r\n`)
    .join("");
}

const COLUMNS = ["seq", "time", "type", "producer", "id", "cause", "hash", "data"];

function toCsvRow({ line }: HistoryEntry): string[] {
  const { seq, time, type, producer, id, cause, hash, data } = line;
  return [String(seq), time, type, producer, id, cause, hash, toCanonicalJson(data)];
}

/** RFC 4180 quoting; a leading =, +, -, @, tab or return gets an apostrophe in front. */
function escapeCsvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
