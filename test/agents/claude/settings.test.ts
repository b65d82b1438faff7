import { describe, expect, it } from "vitest";
import { CLAUDE_SETTINGS, THINKERS } from "../../../agents/claude/settings.ts";

describe("settings of Claude", () => {
  it("give every thinker a model with a price, and bound what a session may spend", () => {
    const settings = CLAUDE_SETTINGS.parse({});
    for (const role of THINKERS) {
      expect(settings.prices[settings.roles[role].model], role).toBeDefined();
    }
    expect(settings.budgets.session).toEqual({ tokens: 2_000_000, usd: 5 });
    expect(settings.prices["claude-sonnet-5-5"]).toMatchObject({ input: 2, cache_read: 0.2 });
  });

  it("refuse a model without a price", () => {
    const roles = { guard: { model: "claude-next" } };
    const found = CLAUDE_SETTINGS.safeParse({ roles });
    expect(found.error?.issues[0]).toMatchObject({ path: ["prices", "claude-next"] });
    expect(found.error?.issues[0]?.message).toContain("guard");
  });

  it("hold no secret", () => {
    expect(CLAUDE_SETTINGS.safeParse({ api_key: "sk-ant-x" }).success).toBe(false);
  });
});
