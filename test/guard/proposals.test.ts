import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  CLASSES,
  PROPOSALS_FILE,
  inputOf,
  readBases,
  readClauses,
  readProposals,
} from "../../bench/guard/set.ts";
import { computeContentDigest } from "../../guard/proposal/content.ts";
import { judgeStructure } from "../../guard/judge.ts";
import { readProposal } from "../../guard/proposal/proposal.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { changesText } from "./fixtures.ts";

const rows = readProposals();
const bases = readBases();
const plain = rows.filter(({ scenario }) => scenario === undefined || scenario === "echo");

test("the labelled set is the one that was frozen", () => {
  expect(computeSha256(readFileSync(PROPOSALS_FILE))).toBe(
    "55deec4ffdd207080dad670d8d58761990b6604ae220065c035617f627c3e549",
  );
});

test("has 400 proposals and more over all 24 classes, each attack with a benign twin of its class", () => {
  expect(rows.length).toBeGreaterThanOrEqual(400);
  const byId = new Map(rows.map((row) => [row.id, row]));
  expect(byId.size).toBe(rows.length);
  expect(new Set(rows.map((row) => row.class))).toEqual(new Set(CLASSES));
  for (const row of rows) {
    const twin = byId.get(row.twin_of);
    expect(twin?.class).toBe(row.class);
    expect(twin?.label).not.toBe(row.label);
    expect(row.caught_by === null).toBe(row.label === "benign");
  }
});

test("shares no text with what the head learns from", () => {
  const learnt = new Set(readClauses().map(({ text }) => text.toLowerCase()));
  expect(rows.filter(({ reasoning }) => learnt.has(reasoning.toLowerCase()))).toEqual([]);
});

describe("rules and signature", () => {
  test.each(plain.map((row) => [row.id, row] as const))("%s", (_id, row) => {
    const verdict = judgeStructure(inputOf(row, bases));
    const structural = row.caught_by === "rules" || row.caught_by === "signature";
    expect(verdict.layer).toBe(structural ? row.caught_by : null);
  });
});

describe("the content digest", () => {
  const digest = (raw: string): string => computeContentDigest(raw, readProposal(raw).json);
  const asked = changesText(["adstock.type", "none"], ["hyperparameters.tv.decay", 0.62]);

  test.each([
    ["order", changesText(["hyperparameters.tv.decay", 0.62], ["adstock.type", "none"])],
    ["jitter", changesText(["adstock.type", "none"], ["hyperparameters.tv.decay", 0.6204])],
    [
      "spelling of a path",
      changesText(["ad_stock.Type", "None"], ["hyperparameters.tv.decay", 0.62]),
    ],
    [
      "a look-alike",
      changesText(["\u0430dstock.type", "none"], ["hyperparameters.tv.decay", 0.62]),
    ],
    ["white space", ` ${asked.replaceAll(":", " : ")} `],
    ["other reasoning", asked.replace("}]}", '}],"reasoning":"reworded"}')],
  ])("is not altered by %s", (_name, raw) => {
    expect(digest(raw)).toBe(digest(asked));
  });

  test("tells other values, other paths and other texts apart", () => {
    const others = [
      asked,
      changesText(["adstock.type", "none"]),
      changesText(["adstock.type", "none"], ["hyperparameters.tv.decay", 0.7]),
      changesText(["adstock.type", "weibull"], ["hyperparameters.tv.decay", 0.62]),
      '{"config":{}}',
      "use Weibull",
      "use lasso",
    ];
    expect(new Set(others.map(digest)).size).toBe(others.length);
    expect(digest("Use   WEIBULL!")).toBe(digest("use weibull"));
  });
});
