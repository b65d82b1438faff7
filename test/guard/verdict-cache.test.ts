import { describe, expect, it } from "vitest";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import { computeVerdictKey, createCachedJudge } from "../../guard/verdict-cache.ts";
import { createViolation } from "../../guard/violation.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import { changesText, judgeInput } from "./fixtures.ts";

const ring = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(1)));
const input = (decay: number) =>
  judgeInput(changesText(["hyperparameters.tv.decay", decay]), { reasoning: "tuned" });

const ABSENT: SemanticJudge = {
  name: "head",
  digest: "d",
  judge: () => {
    const violations = [createViolation("judge_unavailable", "reasoning", "no file", "no file")];
    return Promise.resolve({ verdict: "abstained", violations, detail: "no file" });
  },
};

function setup(judge?: SemanticJudge) {
  const kept = new Map<string, string>();
  let asked = 0;
  const counting: SemanticJudge = judge ?? {
    name: "counting",
    digest: "d",
    judge: () => {
      asked += 1;
      return Promise.resolve({ verdict: "cleared", violations: [], detail: "" });
    },
  };
  const store = {
    get: (key: string) => Promise.resolve(kept.get(key) ?? null),
    putIfAbsent: (key: string, value: string) => {
      if (!kept.has(key)) kept.set(key, value);
      return Promise.resolve(kept.get(key) ?? value);
    },
  };
  const judges = [counting];
  return {
    kept,
    judges,
    store,
    asked: () => asked,
    ask: createCachedJudge({ store, ring, judges }),
  };
}

describe("remembered verdicts", () => {
  it("are asked for once, and again for anything else", async () => {
    const { ask, asked } = setup();
    const first = await ask(input(0.6));
    expect(await ask(input(0.6))).toEqual(first);
    expect(asked()).toBe(1);
    await ask(input(0.61));
    expect(asked()).toBe(2);
  });

  it("are not believed when they were signed for another input or by nobody", async () => {
    const { ask, asked, kept, judges } = setup();
    await ask(input(0.6));
    const [token = ""] = kept.values();
    kept.set(computeVerdictKey(input(0.99), judges), token);
    expect((await ask(input(0.99))).verdict).toBe("vetoed");
    kept.set(computeVerdictKey(input(0.62), judges), "forged");
    await ask(input(0.62));
    expect(asked()).toBe(2);
  });

  it("are not kept where a judge could not say", async () => {
    const { ask, kept } = setup(ABSENT);
    expect((await ask(input(0.6))).verdict).toBe("vetoed");
    expect(kept.size).toBe(0);
  });

  it("do without a store that fails", async () => {
    const { judges } = setup();
    const fail = () => Promise.reject(new Error("down"));
    const ask = createCachedJudge({ store: { get: fail, putIfAbsent: fail }, ring, judges });
    expect((await ask(input(0.6))).verdict).toBe("cleared");
  });
});
