import { describe, expect, it } from "vitest";
import { redact, redactValue } from "../../../agents/claude/redact.ts";

describe("secrets in a text", () => {
  it.each([
    ["[anthropic key]", "sk-ant-abcdefgh1234"],
    ["[aws key]", "AKIAABCDEFGHIJKLMNOP"],
    ["[github token]", `ghp_${"a1".repeat(18)}`],
    ["Bearer [bearer token]", "Bearer abcdef123456.789"],
    ["password=[password]", "password=hunter22"],
    ["redis://user:[password]@host", "redis://user:hunter22@host"],
    ["[private key]", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"],
  ])("leave %s", (left, secret) => {
    expect(redact(`see ${secret} there`)).toBe(`see ${left} there`);
  });

  it("are struck out where they are known, however they look", () => {
    expect(redact("the word xyzzy twice: xyzzy", ["xyzzy"])).toBe(
      "the word [secret] twice: [secret]",
    );
    expect(redact("a cat", ["a"])).toBe("a cat");
  });

  it("are not seen in digests, ids and figures", () => {
    const text = "digest 9f86d081884c7d659a2feaa0c55ad015, decay 0.61, passwords are secret";
    expect(redact(text)).toBe(text);
  });
});

it("a value keeps its structure and numbers, its texts and keys are redacted", () => {
  const value = {
    list: [1, null, true, "xyzzy"],
    xyzzy: { deep: "\ud800 xyzzy" },
    gone: undefined,
  };
  expect(redactValue(value, ["xyzzy"])).toEqual({
    list: [1, null, true, "[secret]"],
    "[secret]": { deep: "\ufffd [secret]" },
  });
});
