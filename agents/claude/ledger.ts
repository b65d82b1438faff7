/**
 * A ledger of spending in the key-value store: durable, exact, shared by all processes.
 *
 * The store keeps the first value written under a key. Entries are numbered without gaps, each holds
 * the totals after it, and whoever writes number n first has written it, knowing all before it: a
 * compare-and-set in two operations that every store has.
 *
 * I1. What is reserved and spent together never exceeds the limit at the moment of reserving.
 * I2. Settling twice counts once; what was never reserved cannot be settled.
 * I3. A reservation whose holder died stops counting when it expires and can still be settled.
 * I4. An empty ledger starts from what history knows (`opening`), so a lost store loses no spending.
 */
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { KeyValueStore } from "../../session/ports.ts";
import { NOTHING, addAmounts, type Amount } from "./prices.ts";

export interface Entry {
  readonly kind: "opened" | "reserved" | "settled";
  /** Of the reservation; "" for the opening. */
  readonly id: string;
  readonly amount: Amount;
  /** Spent in all, after this entry. */
  readonly spent: Amount;
  /** Open reservations after this entry. */
  readonly open: Readonly<Record<string, Amount & { readonly expires: number }>>;
  /** Who wrote it; tells two equal entries apart. */
  readonly by: string;
}

export interface Limits {
  readonly tokens: number | null;
  readonly nanos: number | null;
}

export interface LedgerTools {
  readonly store: Pick<KeyValueStore, "get" | "putIfAbsent">;
  /** Unique to this process. */
  readonly writer: string;
  readonly now: () => number;
}

export interface Ledger {
  /** False when the limit does not allow it. */
  reserve(
    id: string,
    amount: Amount & { readonly expires: number },
    limits: Limits,
  ): Promise<boolean>;
  settle(id: string, amount: Amount): Promise<void>;
  spent(): Promise<Amount>;
}

export interface LedgerOptions {
  /** First part of the entries' keys. */
  readonly name: string;
  readonly opening: () => Promise<Amount>;
}

type Next = (last: Entry) => Entry | null;

/** Tries of one append; each lost one means that another process wrote. */
const APPENDS_MAX = 10_000;

export function openLedger(tools: LedgerTools, options: LedgerOptions): Ledger {
  const { writer, now } = tools;
  const chain = createChain(tools, options);
  let turn: Promise<unknown> = Promise.resolve();

  /** One append of this process at a time. */
  function runInTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work, work);
    turn = mine.catch(() => {});
    return mine;
  }

  return {
    reserve: (id, amount, limits) =>
      runInTurn(() =>
        chain.append((last) => {
          const wanted = addAmounts(
            addAmounts(last.spent, sumReservations(last, id, now())),
            amount,
          );
          if (limits.tokens !== null && wanted.tokens > limits.tokens) return null;
          if (limits.nanos !== null && wanted.nanos > limits.nanos) return null;
          const { tokens, nanos } = amount;
          const open = { ...last.open, [id]: amount };
          const { spent } = last;
          return {
            kind: "reserved",
            id,
            amount: { tokens, nanos },
            spent,
            open,
            by: writer,
          };
        }),
      ),
    settle: async (id, amount) => {
      await runInTurn(() =>
        chain.append((last) => {
          if (last.open[id] === undefined) return null;
          const { [id]: _done, ...open } = last.open;
          const spent = addAmounts(last.spent, amount);
          return { kind: "settled", id, amount, spent, open, by: writer };
        }),
      );
    },
    spent: async () => (await runInTurn(() => chain.newest())).entry.spent,
  };
}

interface Numbered {
  readonly index: number;
  readonly entry: Entry;
}

interface Chain {
  newest(): Promise<Numbered>;
  /** Writes what follows from the last entry; false when nothing does. */
  append(next: Next): Promise<boolean>;
}

function createChain({ store, writer }: LedgerTools, { name, opening }: LedgerOptions): Chain {
  let head: Numbered | null = null;

  async function createFirstEntry(): Promise<Numbered> {
    const spent = await opening();
    const first: Entry = { kind: "opened", id: "", amount: spent, spent, open: {}, by: writer };
    const stored = await store.putIfAbsent(formatEntryKey(name, 1), JSON.stringify(first));
    return { index: 1, entry: parse(stored) };
  }

  async function readNewestEntry(): Promise<Numbered> {
    let found = head ?? (await findLastEntry(store, name)) ?? (await createFirstEntry());
    for (;;) {
      const entry = await readLedgerEntry(store, name, found.index + 1);
      if (entry === null) break;
      found = { index: found.index + 1, entry };
    }
    head = found;
    return found;
  }

  async function appendEntry(next: Next): Promise<boolean> {
    for (let tries = 0; tries < APPENDS_MAX; tries += 1) {
      const last = await readNewestEntry();
      const entry = next(last.entry);
      if (entry === null) return false;
      const text = JSON.stringify(entry);
      const index = last.index + 1;
      const stored = await store.putIfAbsent(formatEntryKey(name, index), text);
      head = { index, entry: parse(stored) };
      if (stored === text) return true;
    }
    throw new MmmError("snapshot_unavailable", "the ledger of spending is written by too many");
  }

  return { newest: readNewestEntry, append: appendEntry };
}

function sumReservations(entry: Entry, id: string, now: number): Amount {
  return Object.entries(entry.open)
    .filter(([other, one]) => other !== id && one.expires > now)
    .reduce<Amount>((sum, [, one]) => addAmounts(sum, one), NOTHING);
}

/** All entries in order. */
export async function* readLedgerEntries(
  store: Pick<KeyValueStore, "get">,
  name: string,
): AsyncGenerator<Entry> {
  for (let index = 1; ; index += 1) {
    const entry = await readLedgerEntry(store, name, index);
    if (entry === null) return;
    yield entry;
  }
}

/** The last entry, found in a logarithmic number of reads. */
async function findLastEntry(store: Pick<KeyValueStore, "get">, name: string) {
  let low = 0;
  let high = 1;
  while ((await store.get(formatEntryKey(name, high))) !== null) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((await store.get(formatEntryKey(name, middle))) === null) high = middle;
    else low = middle;
  }
  const entry = low === 0 ? null : await readLedgerEntry(store, name, low);
  return entry === null ? null : { index: low, entry };
}

async function readLedgerEntry(
  store: Pick<KeyValueStore, "get">,
  name: string,
  index: number,
): Promise<Entry | null> {
  const text = await store.get(formatEntryKey(name, index));
  return text === null ? null : parse(text);
}

function parse(text: string): Entry {
  try {
    return JSON.parse(text) as Entry;
  } catch (error) {
    throw new MmmError("state_damaged", `a ledger of spending is damaged: ${describeError(error)}`);
  }
}

function formatEntryKey(name: string, index: number): string {
  return `${name}/${index}`;
}
