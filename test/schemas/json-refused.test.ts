import { expect, it } from "vitest";
import { JSON_REFUSALS, JsonRefused } from "../../schemas/json-refused.ts";

it("a refusal of JSON says why, where and what was found, each in its own place", () => {
  const error = new JsonRefused("json_duplicate_key", "two keys", {
    path: "config.tv",
    evidence: '"tv"',
  });
  expect(error).toMatchObject({
    code: "json_duplicate_key",
    message: "two keys",
    path: "config.tv",
    evidence: '"tv"',
  });
  expect(new Set(JSON_REFUSALS).size).toBe(JSON_REFUSALS.length);
});
