import { describe, expect, it } from "vitest";
import { createBudgets, GUARD_PAYER } from "../../../agents/claude/budget.ts";
import { CLAUDE_SETTINGS } from "../../../agents/claude/settings.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";

function open(budgets: object) {
  const settings = CLAUDE_SETTINGS.parse({ budgets }).budgets;
  const store = createMemorySnapshots();
  return createBudgets(settings, {
    store,
    snapshots: store,
    writer: "w",
    now: () => 0,
    holdMs: 1000,
  });
}
const payer = (session: string, businessUnit = "emea", at = 0) => ({ session, businessUnit, at });
const tokens = (count: number) => ({ tokens: count, nanos: 0 });
const exhausted = expect.objectContaining({ code: "budget_exhausted" });

describe("budgets", () => {
  it("hold a session and its unit to their limits, to the token", async () => {
    const budgets = open({ session: { tokens: 100 }, business_unit: { tokens: 150 } });
    await budgets.reserve(payer("s1"), "r1", tokens(100));
    await expect(budgets.reserve(payer("s1"), "r2", tokens(1))).rejects.toThrow(exhausted);
    await expect(budgets.reserve(payer("s2"), "r3", tokens(51))).rejects.toThrow(
      /business unit emea/,
    );
    await budgets.reserve(payer("s2"), "r4", tokens(50));
  });

  it("take nothing of one scope when the other refuses", async () => {
    const budgets = open({ session: { tokens: 150 }, business_unit: { tokens: 100 } });
    await budgets.reserve(payer("s1"), "r1", tokens(80));
    await expect(budgets.reserve(payer("s1"), "r2", tokens(60))).rejects.toThrow(exhausted);
    await budgets.reserve(payer("s1", "apac"), "r3", tokens(70));
  });

  it("book what was really spent", async () => {
    const budgets = open({ session: { tokens: 100 } });
    await budgets.reserve(payer("s1"), "r1", tokens(100));
    await budgets.settle(payer("s1"), "r1", tokens(30));
    await budgets.settle(payer("s1"), "r1", tokens(30));
    await budgets.reserve(payer("s1"), "r2", tokens(70));
  });

  it("let the guard pay from a budget of its own, anew each period", async () => {
    const budgets = open({ guard: { tokens: 10, period: "day" } });
    await budgets.reserve(payer(GUARD_PAYER), "r1", tokens(10));
    await expect(budgets.reserve(payer(GUARD_PAYER), "r2", tokens(1))).rejects.toThrow(/the guard/);
    await budgets.reserve(payer(GUARD_PAYER, "", 86_400_000), "r3", tokens(10));
  });
});
