import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClaudeJudge } from "../../../agents/claude/judge.ts";
import { loadPrompts } from "../../../agents/claude/prompts.ts";
import { askJudges } from "../../../guard/words/judges.ts";
import { LEXICON_JUDGE } from "../../../guard/words/lexicon-judge.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { scriptedClaude, text, type Scripted } from "../../support/claude/claude.ts";

const CLEARED = { verdict: "cleared", field: "none", passage: "", why: "tuning" };
const QUESTION = { reasoning: "Raise TV decay to 0.6.", raw: '{"changes":[]}' };

function judgeWith(script: Scripted, settings: Record<string, unknown> = {}) {
  const made = scriptedClaude({ script, settings });
  const { signal } = new AbortController();
  const judge = createClaudeJudge({ ...made, prompts: loadPrompts(), signal });
  return { ...made, judge };
}

function says(answer: unknown): Scripted {
  return () => text(answer);
}

describe("Claude as a judge of words", () => {
  it("clears what is plainly cleared", async () => {
    const { judge } = judgeWith(says(CLEARED));
    const opinion = await judge.judge(QUESTION);
    expect(opinion).toMatchObject({ verdict: "cleared", violations: [] });
    expect(opinion.detail).toMatch(
      /^no intent found \(claude-sonnet-5-5, prompt [0-9a-f]{16}, 1000 \+ 200 tokens\)$/,
    );
  });

  it.each([
    ["saturation", "intent_methodology"],
    ["data", "intent_data"],
    ["evaluation", "intent_evaluation"],
    ["governance", "instruction_to_judge"],
  ])("vetoes an intent on %s as %s, with the passage quoted as data", async (field, code) => {
    const passage = "drop <b>it</b>";
    const { judge } = judgeWith(says({ verdict: "violation", field, passage, why: "It asks." }));
    const opinion = await judge.judge(QUESTION);
    expect(opinion).toMatchObject({
      verdict: "vetoed",
      violations: [{ code, layer: "semantics" }],
    });
    expect(opinion.violations[0]?.evidence).not.toContain("<b>");
  });

  it.each([
    ["unsure", { ...CLEARED, verdict: "unsure" }],
    ["cleared with a passage", { ...CLEARED, passage: "drop it" }],
    ["cleared with a field", { ...CLEARED, field: "adstock" }],
  ])("does not clear what is %s", async (_name, answer) => {
    const { judge } = judgeWith(says(answer));
    expect((await judge.judge(QUESTION)).verdict).toBe("vetoed");
  });

  it.each<[string, Scripted]>([
    ["a refusal", () => text("", { content: [], stop: "refusal" })],
    ["a cut answer", () => text("{", { stop: "cut" })],
    ["no JSON", says("CLEARED")],
    ["another shape", says({ verdict: "cleared" })],
    ["an overload", () => Promise.reject(new MmmError("overloaded", "down"))],
    ["an exhausted budget", () => Promise.reject(new MmmError("budget_exhausted", "spent"))],
  ])("abstains on %s, which is no clearance and is not remembered", async (_name, script) => {
    const { judge } = judgeWith(script);
    const opinion = await judge.judge(QUESTION);
    expect(opinion).toMatchObject({
      verdict: "abstained",
      violations: [{ code: "judge_unavailable" }],
    });
    expect((await askJudges([judge], QUESTION)).verdict).toBe("vetoed");
  });

  it("needs every vote", async () => {
    const votes: Scripted = (_request, index) =>
      text(index === 2 ? { ...CLEARED, verdict: "unsure" } : CLEARED);
    const { judge, requests } = judgeWith(votes, { guard_votes: 3 });
    expect((await judge.judge(QUESTION)).verdict).toBe("vetoed");
    expect(requests).toHaveLength(3);
  });

  it("pays once for the same words, and again for others", async () => {
    const { judge, requests } = judgeWith(says(CLEARED));
    await judge.judge(QUESTION);
    await judge.judge(QUESTION);
    await judge.judge({ ...QUESTION, reasoning: "Lower it." });
    expect(requests).toHaveLength(2);
  });

  it("asks nothing where there are no words, and refuses what is too long to be read whole", async () => {
    const { judge, requests } = judgeWith(() => expect.fail("asked"));
    expect((await judge.judge({ reasoning: "  ", raw: "{}" })).verdict).toBe("cleared");
    const long = { reasoning: "x".repeat(16_000), raw: "{}" };
    expect((await judge.judge(long)).verdict).toBe("vetoed");
    expect(requests).toHaveLength(0);
  });

  it("shows the whole text as data, however it is written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 9000 }), async (reasoning) => {
        fc.pre(reasoning.trim() !== "");
        const { judge, requests } = judgeWith(says(CLEARED));
        await judge.judge({ reasoning, raw: "{}" });
        const block = requests[0]?.turns[0]?.content[0];
        const task = block?.type === "text" ? block.text : "";
        expect(task.match(/<data-/g)).toHaveLength(2);
        expect(task.length).toBeGreaterThan(reasoning.length / 2);
        expect(task).not.toContain("… (");
      }),
      { numRuns: 50 },
    );
  });

  it("is asked last and lifts no other judge's refusal", async () => {
    const { judge, requests } = judgeWith(says(CLEARED));
    const reasoning = "We should remove adstock and drop the holdout weeks.";
    const opinion = await askJudges([LEXICON_JUDGE, judge], { ...QUESTION, reasoning });
    expect(opinion.verdict).toBe("vetoed");
    expect(requests).toHaveLength(0);
  });

  it("has a digest that names model, effort and votes", () => {
    const digests = [
      {},
      { guard_votes: 2 },
      { roles: { guard: { model: "claude-opus-5-5" } } },
      { roles: { guard: { effort: "high" } } },
    ].map((settings) => judgeWith(says(CLEARED), settings).judge.digest);
    expect(new Set(digests).size).toBe(4);
  });
});
