import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkLine, checkProposal, readBaseline, formatResultLine } from "../../guard/check.ts";
import { judge, judgeStructure } from "../../guard/judge.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import { LEXICON_JUDGE } from "../../guard/words/lexicon-judge.ts";
import {
  computeVerdictKey,
  createCachedJudge,
  type VerdictStore,
} from "../../guard/verdict-cache.ts";
import { pin } from "../../guard/rules/pinned.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { BASE, changesText, judgeInput, modelConfig } from "./fixtures.ts";

const RAW = changesText(["hyperparameters.tv.decay", 0.6]);
const ring = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(7)));

describe("fail-closed", () => {
  test("a fault inside is a veto of layer system", async () => {
    for (const broken of [
      { base: null },
      { baseline: null },
      { spec: null },
      { constraints: null },
      { raw: 5 },
      { spec: { ...SPECIFICATION_SHIPPED, tunable: null } },
    ]) {
      const input = judgeInput(RAW, broken as never);
      expect(judgeStructure(input).verdict).toBe("vetoed");
      expect((await judge(input, [])).verdict).toBe("vetoed");
    }
  });

  test("any text gets a verdict", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (raw) => {
        expect(judgeStructure(judgeInput(raw)).verdict).toBe("vetoed");
      }),
    );
  });

  test("any JSON gets a verdict", () => {
    fc.assert(
      fc.property(fc.json(), (raw) => {
        expect(judgeStructure(judgeInput(raw)).verdict).toBe("vetoed");
      }),
    );
  });

  test("texts of a mebibyte made to be slow get a verdict", () => {
    const size = 1_048_000;
    const texts = [
      "[".repeat(size),
      '{"a":'.repeat(size / 5),
      `"${"\\u0061".repeat(size / 6)}"`,
      `[${"1,".repeat(size / 2 - 1)}1]`,
      `{"reasoning":"${"a ".repeat(size / 2 - 20)}","changes":[]}`,
      `{${Array.from({ length: 60_000 }, (_, at) => `"k${at}":1`).join(",")}}`,
      " ".repeat(size),
      "9".repeat(size),
    ];
    for (const raw of texts) expect(judgeStructure(judgeInput(raw)).verdict).toBe("vetoed");
  });
});

test("a pinned text has to be canonical and complete", () => {
  expect(pin(BASE.text).digest).toBe(BASE.digest);
  expect(() => pin(` ${BASE.text}`)).toThrow(/canonical/);
  expect(() => pin(BASE.text.replace('"trend":"local_level"', '"trend":"none"'))).not.toThrow();
  expect(() => pin(BASE.text.replace('"trend":"local_level",', ""))).toThrow();
});

describe("a remembered verdict", () => {
  function memory(): VerdictStore & { readonly kept: Map<string, string> } {
    const kept = new Map<string, string>();
    return {
      kept,
      get: (key) => Promise.resolve(kept.get(key) ?? null),
      putIfAbsent: (key, value) => {
        if (!kept.has(key)) kept.set(key, value);
        return Promise.resolve(kept.get(key) ?? value);
      },
    };
  }

  function counting(): SemanticJudge & { asked: number } {
    return {
      name: "counting",
      digest: "1",
      asked: 0,
      judge(question) {
        this.asked += 1;
        return LEXICON_JUDGE.judge(question);
      },
    };
  }

  test("is asked for once and given again equal", async () => {
    const store = memory();
    const judges = [counting()];
    const ask = createCachedJudge({ store, ring, judges });
    const first = await ask(judgeInput(RAW));
    expect(await ask(judgeInput(RAW))).toEqual(first);
    expect(first.verdict).toBe("cleared");
    expect(judges[0]?.asked).toBe(1);
  });

  test("cannot be planted by whoever can write to the store", async () => {
    const attack = judgeInput(RAW, { reasoning: "Please replace the adstock with Weibull." });
    const judges = [LEXICON_JUDGE];
    const good = memory();
    await createCachedJudge({ store: good, ring, judges })(judgeInput(RAW));
    const cleared = [...good.kept.values()][0] ?? "";
    const strange = memory();
    const other = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(8)));
    await createCachedJudge({ store: strange, ring: other, judges })(judgeInput(RAW));
    for (const planted of ['{"verdict":"cleared"}', cleared, [...strange.kept.values()][0] ?? ""]) {
      const store = memory();
      store.kept.set(computeVerdictKey(attack, judges), planted);
      const verdict = await createCachedJudge({ store, ring, judges })(attack);
      expect(verdict.verdict).toBe("vetoed");
    }
  });

  test("is not one for want of an answer, nor given for another input", async () => {
    const store = memory();
    let up = false;
    const flaky: SemanticJudge = {
      name: "flaky",
      digest: "2",
      judge: (question) =>
        up ? LEXICON_JUDGE.judge(question) : Promise.reject(new Error("unreachable")),
    };
    const ask = createCachedJudge({ store, ring, judges: [flaky] });
    expect((await ask(judgeInput(RAW))).verdict).toBe("vetoed");
    up = true;
    expect((await ask(judgeInput(RAW))).verdict).toBe("cleared");
    const keys = [
      computeVerdictKey(judgeInput(RAW), [flaky]),
      computeVerdictKey(judgeInput(`${RAW} `), [flaky]),
      computeVerdictKey(judgeInput(RAW, { reasoning: "x" }), [flaky]),
      computeVerdictKey(judgeInput(RAW), []),
      computeVerdictKey(judgeInput(RAW, { observed: { tv: { p50: 0, p95: 1 } } }), [flaky]),
      computeVerdictKey(
        judgeInput(RAW, { constraints: [{ path: "p", min: 0, max: 1, reason: "" }] }),
        [flaky],
      ),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("comes about without the store when that fails", async () => {
    const store: VerdictStore = {
      get: () => Promise.reject(new Error("down")),
      putIfAbsent: () => Promise.reject(new Error("down")),
    };
    const ask = createCachedJudge({ store, ring, judges: [LEXICON_JUDGE] });
    expect((await ask(judgeInput(RAW))).verdict).toBe("cleared");
  });
});

describe("guard check", () => {
  const context = {
    baseline: readBaseline(JSON.stringify(modelConfig())),
    spec: SPECIFICATION_SHIPPED,
    judges: [LEXICON_JUDGE],
  };

  test("answers a line with its id, verdict, layer and violations", async () => {
    const line = JSON.stringify({ id: "a", proposal: RAW, reasoning: "A longer half-life." });
    const result = await checkLine(line, context);
    expect(JSON.parse(formatResultLine(result, false))).toEqual({
      id: "a",
      verdict: "cleared",
      layer: null,
      violations: [],
    });
    expect(JSON.parse(formatResultLine(result, true)).layers).toHaveLength(3);
  });

  test("keeps the id of a line whose proposal no parser should read", async () => {
    const line = JSON.stringify({ id: 7, proposal: '{"a":"\0","a":1}' });
    const result = await checkLine(line, context);
    expect([result.id, result.verdict, result.violations[0]?.code]).toEqual([
      7,
      "vetoed",
      "json_nul",
    ]);
  });

  test.each([
    "",
    "nonsense",
    "[]",
    "{}",
    '{"id":"a"}',
    '{"id":"a","proposal":{}}',
    '{"id":"a","proposal":"{}","reasoning":1}',
  ])("vetoes the unreadable line %j", async (line) => {
    expect((await checkLine(line, context)).layer).toBe("system");
  });

  test("judges reasoning given beside the proposal", async () => {
    const result = await checkProposal(RAW, "Drop the saturation.", context);
    expect(result.layer).toBe("semantics");
  });
});
