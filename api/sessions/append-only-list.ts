/**
 * A short list in the key-value store, whose first writers win: entry n stands under "…/n".
 *
 * I1. Two writers at once get two entries; nothing is overwritten.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { KeyValueStore } from "../../session/ports.ts";

type Values = Pick<KeyValueStore, "get" | "putIfAbsent">;

const ENTRIES_MAX = 1_000;

/** All entries, in order. */
export async function readStoredList(store: Values, name: string): Promise<string[]> {
  const found: string[] = [];
  while (found.length < ENTRIES_MAX) {
    const entry = await store.get(`${name}/${found.length}`);
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
  store: Values,
  { name, entry, until }: NewEntry,
): Promise<void> {
  const present = await readStoredList(store, name);
  if (present.includes(entry)) return;
  for (let at = present.length; at < ENTRIES_MAX; at += 1) {
    if ((await store.putIfAbsent(`${name}/${at}`, entry, until)) === entry) return;
  }
  throw new MmmError("overloaded", `the list ${name} is full`, { data: { http: 409 } });
}
