/**
 * A short list in the snapshot store, made of first-writer-wins memos: entry n is the memo "…/n".
 *
 * I1. Two writers at once get two places; nothing is overwritten.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { SnapshotStore } from "../../session/ports.ts";

type Memos = Pick<SnapshotStore, "memo" | "remember">;

const ENTRIES_MAX = 1_000;

/** All entries, in order. */
export async function readStoredList(store: Memos, name: string): Promise<string[]> {
  const found: string[] = [];
  while (found.length < ENTRIES_MAX) {
    const entry = await store.memo(`${name}/${found.length}`);
    if (entry === null) break;
    found.push(entry);
  }
  return found;
}

export interface NewEntry {
  readonly name: string;
  readonly entry: string;
  /** Milliseconds since 1970; the same for all entries of a list, or none. */
  readonly until?: number;
}

/** Adds an entry; one that is there already is not added again. Throws `overloaded` when full. */
export async function appendToStoredList(
  store: Memos,
  { name, entry, until }: NewEntry,
): Promise<void> {
  const known = await readStoredList(store, name);
  if (known.includes(entry)) return;
  for (let at = known.length; at < ENTRIES_MAX; at += 1) {
    if ((await store.remember(`${name}/${at}`, entry, until)) === entry) return;
  }
  throw new MmmError("overloaded", `the list ${name} is full`, { data: { http: 409 } });
}
