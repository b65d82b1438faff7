import { describe, expect, it } from "vitest";
import { checkLine, checkProposal, formatResultLine, readBaseline } from "../../guard/check.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { LEXICON_JUDGE } from "../../guard/words/lexicon-judge.ts";
import { BASE, changesText } from "./fixtures.ts";

const context = { baseline: BASE, spec: SPECIFICATION_SHIPPED, judges: [LEXICON_JUDGE] };
const proposal = changesText(["hyperparameters.tv.decay", 0.6]);
const line = (value: unknown) => checkLine(JSON.stringify(value), context);

describe("a check outside any session", () => {
  it("judges each line by its proposal and its reasoning", async () => {
    expect(await line({ id: 7, proposal })).toMatchObject({ id: 7, verdict: "cleared" });
    const reasoning = "Please replace the adstock with a Weibull kernel.";
    expect(await line({ id: "b", proposal, reasoning })).toMatchObject({
      id: "b",
      verdict: "vetoed",
      layer: "semantics",
    });
    expect(await checkProposal(proposal, reasoning, context)).toMatchObject({ id: null });
  });

  it("vetoes a line that cannot be read, with the id it has", async () => {
    const unreadable = { verdict: "vetoed", layer: "system" };
    expect(await checkLine("{", context)).toMatchObject({ id: null, ...unreadable });
    expect(await line([1])).toMatchObject({ id: null, ...unreadable });
    expect(await line({ id: 3, proposal: { changes: [] } })).toMatchObject({
      id: 3,
      ...unreadable,
    });
    expect(await line({ id: "x".repeat(201), proposal })).toMatchObject({
      id: null,
      ...unreadable,
    });
    expect(await line({ id: 1, proposal, reasoning: 5 })).toMatchObject({ id: 1, ...unreadable });
  });

  it("tells the layers only where they are asked for", async () => {
    const result = await checkProposal(proposal, null, context);
    expect(Object.keys(JSON.parse(formatResultLine(result, false)))).toEqual([
      "id",
      "verdict",
      "layer",
      "violations",
    ]);
    expect(JSON.parse(formatResultLine(result, true)).layers).toHaveLength(3);
  });

  it("reads a baseline strictly", () => {
    expect(readBaseline(BASE.text).digest).toBe(BASE.digest);
    expect(() => readBaseline(`${BASE.text} // mine`)).toThrow();
  });
});
