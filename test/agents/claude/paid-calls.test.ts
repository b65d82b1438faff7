import { describe, expect, it } from "vitest";
import { createBudgets, nameSessionLedger } from "../../../agents/claude/budget.ts";
import { readLedgerEntries } from "../../../agents/claude/ledger.ts";
import { computeWorstCase } from "../../../agents/claude/prices.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import { MmmError } from "../../../schemas/errors.ts";
import type { ModelRequest } from "../../../session/language-model.ts";
import type { StateStore } from "../../../session/ports.ts";
import { createSessionState } from "../../../session/state.ts";
import { toSessionSummary } from "../../../session/summary.ts";
import { asker, claudeSettings, scriptedClaude, text, USED } from "../../support/claude/claude.ts";

const REQUEST: ModelRequest = {
  model: "claude-sonnet-5-5",
  system: "You decide.",
  turns: [{ role: "user", content: [{ type: "text", text: "now" }] }],
  tools: [],
  toolsAllowed: false,
  answer: { type: "object" },
  maxTokens: 1000,
  effort: "low",
};
const PRICE = claudeSettings().prices["claude-sonnet-5-5"] ?? expect.fail();
const WORST = computeWorstCase(REQUEST, PRICE);
const TOKENS = USED.input + USED.output;

/** Totals of the session's ledger. */
async function spent(store: StateStore, session = "s1") {
  let last = { tokens: 0, nanos: 0 };
  let open = 0;
  for await (const entry of readLedgerEntries(store, nameSessionLedger(session))) {
    last = entry.spent;
    open = Object.keys(entry.open).length;
  }
  return { ...last, open };
}

describe("a paid request", () => {
  it("is made once for a step, and answers the same again", async () => {
    const { paid, requests } = scriptedClaude({ script: (_request, index) => text({ index }) });
    const first = await paid(asker(), REQUEST);
    const again = await paid(asker(), REQUEST);
    expect(requests).toHaveLength(1);
    expect(again).toEqual(first);
  });

  it("is made again for another step or another question", async () => {
    const { paid, requests } = scriptedClaude({ script: () => text({}) });
    await paid(asker(), REQUEST);
    await paid(asker({ step: "step-2" }), REQUEST);
    await paid(asker(), { ...REQUEST, maxTokens: 999 });
    expect(requests).toHaveLength(3);
  });

  it("books what the answer really took, in tokens and money", async () => {
    const { paid, store } = scriptedClaude({ script: () => text({}) });
    await paid(asker(), REQUEST);
    // 1000 tokens at 2 $ and 200 at 10 $ per million.
    expect(await spent(store)).toEqual({ tokens: TOKENS, nanos: 4_000_000, open: 0 });
  });

  it("is refused when its worst case does not fit, before anything is sent", async () => {
    const limit = WORST.tokens + TOKENS;
    const { paid, store, requests } = scriptedClaude({
      script: () => text({}),
      settings: { budgets: { session: { tokens: limit } } },
    });
    await paid(asker({ step: "a" }), REQUEST);
    await paid(asker({ step: "b" }), REQUEST);
    await expect(paid(asker({ step: "c" }), REQUEST)).rejects.toMatchObject({
      code: "budget_exhausted",
    });
    expect(requests).toHaveLength(2);
    expect(await spent(store)).toMatchObject({ tokens: 2 * TOKENS, open: 0 });
  });

  it("holds the business unit to its own budget over sessions, and releases the session's", async () => {
    const { paid, store } = scriptedClaude({
      script: () => text({}),
      settings: { budgets: { business_unit: { tokens: WORST.tokens + TOKENS - 1 } } },
    });
    await paid(asker({ session: "s1" }), REQUEST);
    await expect(paid(asker({ session: "s2", step: "x" }), REQUEST)).rejects.toMatchObject({
      code: "budget_exhausted",
      message: expect.stringContaining("emea") as string,
    });
    expect(await spent(store, "s2")).toMatchObject({ tokens: 0, open: 0 });
    await paid(asker({ session: "s3", businessUnit: "apac", step: "y" }), REQUEST);
  });

  it("takes nothing from the budget when it fails", async () => {
    const { paid, store } = scriptedClaude({
      script: () => {
        throw new MmmError("overloaded", "down");
      },
    });
    await expect(paid(asker(), REQUEST)).rejects.toMatchObject({ code: "overloaded" });
    expect(await spent(store)).toEqual({ tokens: 0, nanos: 0, open: 0 });
  });

  it("starts its business unit anew with the month", async () => {
    let now = Date.parse("2026-01-31T23:00:00Z");
    const { paid } = scriptedClaude({
      script: () => text({}),
      settings: { budgets: { business_unit: { tokens: WORST.tokens } } },
      now: () => now,
    });
    await paid(asker({ step: "a" }), REQUEST);
    await expect(paid(asker({ step: "b" }), REQUEST)).rejects.toThrow("budget");
    now = Date.parse("2026-02-01T00:00:00Z");
    await paid(asker({ step: "c" }), REQUEST);
  });

  it("strikes secrets out of what is sent, stored and used", async () => {
    const secret = "the-machine-password-42";
    const { paid, requests, store } = scriptedClaude({
      script: () => text({ note: "Bearer abcdefghijklmnop and AKIAABCDEFGHIJKLMNOP" }),
      secrets: [secret],
    });
    const turns = [
      { role: "user" as const, content: [{ type: "text" as const, text: `key ${secret}` }] },
    ];
    const record = await paid(asker(), { ...REQUEST, turns });
    const told = JSON.stringify([requests, record, await store.get(record.key)]);
    expect(told).not.toContain(secret);
    expect(told).not.toContain("abcdefghijklmnop");
    expect(told).not.toContain("AKIAABCDEFGHIJKLMNOP");
  });
});

describe("a process killed", () => {
  /** A store that fails for good at its n-th write: what a kill at that moment leaves. */
  function dyingAt(store: StateStore, write: number): StateStore {
    let writes = 0;
    return {
      ...store,
      putIfAbsent: (key, value) => {
        writes += 1;
        if (writes >= write) return new Promise<string>(() => {});
        return store.putIfAbsent(key, value);
      },
    };
  }

  it("at any write pays at most for the one answer that was not stored", async () => {
    for (let write = 1; write <= 12; write += 1) {
      const store = createMemorySnapshots();
      let answers = 0;
      const script = () => text({ answer: (answers += 1) });
      const first = scriptedClaude({ script, store: dyingAt(store, write), writer: "first" });
      await Promise.race([first.paid(asker(), REQUEST), new Promise((r) => setTimeout(r, 10))]);
      const stored = answers > 0 && (await isStored(store));
      const heir = scriptedClaude({ script, store, writer: "heir" });
      const record = await heir.paid(asker(), REQUEST);
      expect(heir.requests.length, `write ${write}`).toBe(stored ? 0 : 1);
      expect(await heir.paid(asker(), REQUEST)).toEqual(record);
      expect(await spent(store), `write ${write}`).toMatchObject({ tokens: TOKENS });
    }
  });

  async function isStored(store: StateStore): Promise<boolean> {
    const reader = scriptedClaude({ script: () => expect.fail(), store, callOut: false });
    return reader.paid(asker(), REQUEST).then(
      () => true,
      () => false,
    );
  }

  it("leaves spending that history knows even when the store is lost", async () => {
    const store = createMemorySnapshots();
    const started = "2026-01-05T10:00:00.000Z";
    const state = { ...createSessionState("s1", "emea", started) };
    const counters = { ...state.counters, input_tokens: 900, output_tokens: 100, cost_usd: 0.25 };
    const told = { ...state, counters };
    await store.save(
      [
        {
          session: "s1",
          partition: 0,
          offset: 1,
          seq: 1,
          head: "h",
          state: JSON.stringify(told),
          summary: toSessionSummary(told),
        },
      ],
      { partition: 0, offset: 1, historyOffset: 1 },
    );
    const { budgets } = claudeSettings({
      budgets: { session: { tokens: 1100 }, business_unit: { tokens: 1100, period: "ever" } },
    });
    const tools = { store, snapshots: store, writer: "w", now: () => 0, holdMs: 1000 };
    const payer = { session: "s1", businessUnit: "emea", at: 0 };
    const own = createBudgets(budgets, tools);
    await expect(own.reserve(payer, "a", { tokens: 101, nanos: 0 })).rejects.toThrow("session s1");
    const other = { ...payer, session: "s2" };
    await expect(own.reserve(other, "b", { tokens: 101, nanos: 0 })).rejects.toThrow("unit emea");
    await own.reserve(payer, "c", { tokens: 100, nanos: 0 });
  });
});

describe("replay and forks", () => {
  it("use a stored answer to the same question of another step, and send nothing", async () => {
    const store = createMemorySnapshots();
    const live = scriptedClaude({ script: () => text({ a: 1 }), store });
    const first = await live.paid(asker(), REQUEST);
    const fork = scriptedClaude({ script: () => expect.fail(), store, callOut: false });
    const record = await fork.paid(asker({ session: "fork", step: "f1" }), REQUEST);
    expect(record.completion.content).toEqual(first.completion.content);
    expect(record.cost_nanos).toBe(0);
    await expect(
      fork.paid(asker({ session: "fork", step: "f2" }), { ...REQUEST, maxTokens: 1 }),
    ).rejects.toMatchObject({ data: { offline: true } });
    expect(await spent(store, "fork")).toEqual({ tokens: 0, nanos: 0, open: 0 });
  });
});
