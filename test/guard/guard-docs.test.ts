import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VIOLATION_CODES } from "../../guard/violation.ts";

const text = readFileSync(new URL("../../docs/GUARD.md", import.meta.url), "utf8");

test("docs/GUARD.md names every code of the guard and no other", () => {
  const table = text.slice(text.indexOf("## Codes"), text.indexOf("## Keys and tokens"));
  const named = [...table.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code);
  expect(new Set(named)).toEqual(new Set<string>(VIOLATION_CODES));
  expect(named).toHaveLength(VIOLATION_CODES.length);
});
