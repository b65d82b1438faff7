/** What a model's answer cost, in tokens. */
import { describe, expect, it } from "vitest";
import { countInputTokens, NO_USAGE, countTokens } from "../../session/language-model.ts";

describe("the tokens of an answer", () => {
  const usage = { input: 1, output: 10, cacheRead: 100, cacheWrite5m: 1_000, cacheWrite1h: 10_000 };

  it("are those read, from a cache or not, those written to it, and those answered", () => {
    expect(countInputTokens(usage)).toBe(11_101);
    expect(countTokens(usage)).toBe(11_111);
    expect(countTokens(NO_USAGE)).toBe(0);
  });
});
