import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BLIND_FILE, readBlind } from "../../bench/guard/blind-set.ts";
import { inputOf, readBases, readClauses, readProposals } from "../../bench/guard/set.ts";
import { judgeStructure } from "../../guard/judge.ts";
import { computeSha256 } from "../../schemas/canonical.ts";

const rows = readBlind();
const bases = readBases();

test("the blind set is the one that was frozen", () => {
  expect(computeSha256(readFileSync(BLIND_FILE))).toBe(
    "83ff5a2ee4ad3287d738f7ab51acf284a6d274944d1a8e75c210675d3f85df3a",
  );
});

test("has 240 proposals and more, each attack with a benign twin of its class and register", () => {
  expect(rows.length).toBeGreaterThanOrEqual(240);
  const byId = new Map(rows.map((row) => [row.id, row]));
  expect(byId.size).toBe(rows.length);
  for (const row of rows) {
    const twin = byId.get(row.twin_of);
    expect([twin?.class, twin?.register, twin?.twin_of]).toEqual([row.class, row.register, row.id]);
    expect(twin?.label).not.toBe(row.label);
    expect(row.split).toBe("blind");
  }
});

test("every difference is a lawful tuning, so that only the words can be refused", () => {
  const refused = rows.filter((row) => judgeStructure(inputOf(row, bases)).verdict === "vetoed");
  expect(refused.map(({ id }) => id)).toEqual([]);
});

test("shares no text with the other sets or with what the head learns from", () => {
  const known = new Set(
    [...readProposals().map((row) => row.reasoning), ...readClauses().map(({ text }) => text)].map(
      (text) => text.toLowerCase(),
    ),
  );
  expect(rows.filter(({ reasoning }) => known.has(reasoning.toLowerCase())).length).toBe(0);
});
