/**
 * What was asked and answered, read from the store.
 *
 * I1. Order is that of booking; each answered request appears once, with what it cost.
 * I2. Secrets were struck out before storing and are struck out again here.
 */
import type { KeyValueStore } from "../../session/ports.ts";
import { readLedgerEntries } from "./ledger.ts";
import { formatPromptKey, type CallRecord } from "./paid-calls.ts";
import { redactValue } from "./redact.ts";

type Store = Pick<KeyValueStore, "get">;

/** The paid requests that a ledger booked, oldest first. */
export async function* readTranscript(
  store: Store,
  ledger: string,
  secrets: readonly string[] = [],
): AsyncGenerator<CallRecord> {
  for await (const entry of readLedgerEntries(store, ledger)) {
    if (entry.kind !== "settled") continue;
    const text = await store.get(parseReservationKey(entry.id));
    if (text === null) continue;
    const record = JSON.parse(text) as CallRecord;
    // Another process's answer to the same request was stored first: it is told of where it was booked.
    if (record.reservation === entry.id) yield redactValue(record, secrets);
  }
}

/** The system prompt behind a digest; null where it is not stored. */
export async function readStoredPrompt(store: Store, digest: string): Promise<string | null> {
  return store.get(formatPromptKey(digest));
}

function parseReservationKey(id: string): string {
  return id.slice(0, id.lastIndexOf("#"));
}
