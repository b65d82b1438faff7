import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLedgerEntries, openLedger, type Limits } from "../../../agents/claude/ledger.ts";
import type { Amount } from "../../../agents/claude/prices.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import type { StateStore } from "../../../session/ports.ts";

const NO_LIMIT: Limits = { tokens: null, nanos: null };

function ledgerOn(store: StateStore, more: { writer?: string; now?: () => number } = {}) {
  const { writer = "w1", now = () => 0 } = more;
  const opening = async (): Promise<Amount> => ({ tokens: 0, nanos: 0 });
  return openLedger({ store, writer, now }, { name: "l", opening });
}

function amount(tokens: number, expires = 1000) {
  return { tokens, nanos: tokens * 2, expires };
}

describe("a ledger of spending", () => {
  it("refuses a reservation that would pass the limit, and allows it to the token", async () => {
    const ledger = ledgerOn(createMemorySnapshots());
    const limits = { tokens: 100, nanos: null };
    expect(await ledger.reserve("a", amount(60), limits)).toBe(true);
    expect(await ledger.reserve("b", amount(41), limits)).toBe(false);
    expect(await ledger.reserve("b", amount(40), limits)).toBe(true);
    await ledger.settle("a", { tokens: 10, nanos: 20 });
    expect(await ledger.reserve("c", amount(51), limits)).toBe(false);
    expect(await ledger.reserve("c", amount(50), limits)).toBe(true);
  });

  it("holds money and tokens to their own limits", async () => {
    const ledger = ledgerOn(createMemorySnapshots());
    expect(await ledger.reserve("a", amount(10), { tokens: null, nanos: 19 })).toBe(false);
    expect(await ledger.reserve("a", amount(10), { tokens: null, nanos: 20 })).toBe(true);
  });

  it("books a settlement once", async () => {
    const ledger = ledgerOn(createMemorySnapshots());
    await ledger.reserve("a", amount(60), NO_LIMIT);
    await ledger.settle("a", { tokens: 7, nanos: 9 });
    await ledger.settle("a", { tokens: 7, nanos: 9 });
    await ledger.settle("never reserved", { tokens: 7, nanos: 9 });
    expect(await ledger.spent()).toEqual({ tokens: 7, nanos: 9 });
  });

  it("is found again by another process, in few reads", async () => {
    const store = createMemorySnapshots();
    const first = ledgerOn(store);
    for (let index = 0; index < 300; index += 1) {
      await first.reserve(`r${index}`, amount(5), NO_LIMIT);
      await first.settle(`r${index}`, { tokens: 3, nanos: 4 });
    }
    let reads = 0;
    const get = (key: string) => {
      reads += 1;
      return store.get(key);
    };
    const second = ledgerOn({ ...store, get }, { writer: "w2" });
    expect(await second.spent()).toEqual({ tokens: 900, nanos: 1200 });
    expect(reads).toBeLessThan(30);
  });

  it("lets an expired reservation of a dead process lapse, and still books it when it turns up", async () => {
    const store = createMemorySnapshots();
    const limits = { tokens: 100, nanos: null };
    let now = 0;
    await ledgerOn(store, { writer: "dead" }).reserve("a", amount(80, 1000), limits);
    const heir = ledgerOn(store, { writer: "heir", now: () => now });
    expect(await heir.reserve("b", amount(30), limits)).toBe(false);
    now = 1000;
    expect(await heir.reserve("b", amount(30, 2000), limits)).toBe(true);
    await heir.settle("a", { tokens: 12, nanos: 0 });
    expect(await heir.spent()).toEqual({ tokens: 12, nanos: 0 });
  });

  it("never passes the limit with many writers at once, and loses no booking", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 40 })), { maxLength: 40 }),
        fc.integer({ min: 10, max: 200 }),
        async (wishes, tokens) => {
          const store = slow(createMemorySnapshots());
          const writers = [0, 1, 2, 3].map((id) => ledgerOn(store, { writer: `w${id}` }));
          const granted = await Promise.all(
            wishes.map(async ([writer, wanted], index) => {
              const ledger = writers[writer] ?? expect.fail();
              const got = await ledger.reserve(`r${index}`, amount(wanted), {
                tokens,
                nanos: null,
              });
              if (got) await ledger.settle(`r${index}`, { tokens: wanted, nanos: 0 });
              return got ? wanted : 0;
            }),
          );
          const sum = granted.reduce((a, b) => a + b, 0);
          expect(sum).toBeLessThanOrEqual(tokens);
          const spent = await ledgerOn(store, { writer: "reader" }).spent();
          expect(spent.tokens).toBe(sum);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("numbers its entries without gaps", async () => {
    const store = createMemorySnapshots();
    const ledgers = ["a", "b", "c"].map((writer) => ledgerOn(slow(store), { writer }));
    await Promise.all(ledgers.map((one, index) => one.reserve(`r${index}`, amount(1), NO_LIMIT)));
    const kinds: string[] = [];
    for await (const entry of readLedgerEntries(store, "l")) kinds.push(entry.kind);
    expect(kinds).toEqual(["opened", "reserved", "reserved", "reserved"]);
  });

  it("opens with what history knows", async () => {
    const store = createMemorySnapshots();
    const opening = async () => ({ tokens: 70, nanos: 5 });
    const ledger = openLedger({ store, writer: "w", now: () => 0 }, { name: "l", opening });
    expect(await ledger.reserve("a", amount(31), { tokens: 100, nanos: null })).toBe(false);
    expect(await ledger.reserve("a", amount(30), { tokens: 100, nanos: null })).toBe(true);
  });
});

/** A store whose operations interleave. */
function slow(store: StateStore): StateStore {
  const pause = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...store,
    get: async (key) => {
      await pause();
      return store.get(key);
    },
    putIfAbsent: async (key, value) => {
      await pause();
      return store.putIfAbsent(key, value);
    },
  };
}
