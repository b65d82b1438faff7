/**
 * What was asked and answered, read from the store.
 *
 * I1. Order is that of booking; each answered request appears once, with what it cost.
 * I2. Secrets were struck out before storing and are struck out again here.
 */
import type { KeyValueStore } from "../session/ports.ts";
import { ledgerEntries } from "./claude-ledger.ts";
import { promptKey, type CallRecord } from "./claude-memo.ts";
import { redacted } from "./claude-redact.ts";

type Store = Pick<KeyValueStore, "get">;

/** The paid requests that a ledger booked, oldest first. */
export async function* transcriptOf(
  store: Store,
  ledger: string,
  secrets: readonly string[] = [],
): AsyncGenerator<CallRecord> {
  for await (const entry of ledgerEntries(store, ledger)) {
    if (entry.kind !== "settled") continue;
    const text = await store.get(keyOfReservation(entry.id));
    if (text === null) continue;
    const record = JSON.parse(text) as CallRecord;
    // Another process's answer to the same request was stored first: it is told of where it was booked.
    if (record.reservation === entry.id) yield redacted(record, secrets);
  }
}

/** The system prompt behind a digest; null where it is not stored. */
export async function promptOf(store: Store, digest: string): Promise<string | null> {
  return store.get(promptKey(digest));
}

function keyOfReservation(id: string): string {
  return id.slice(0, id.lastIndexOf("#"));
}
