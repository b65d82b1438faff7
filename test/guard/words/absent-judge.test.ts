import { expect, it } from "vitest";
import { createAbsentJudge } from "../../../guard/words/absent-judge.ts";
import { judgeInput } from "../fixtures.ts";

const judge = createAbsentJudge("head", "no such file");
const ask = (reasoning: string) => judge.judge({ ...judgeInput("{}"), reasoning } as never);

it("clears no words while the judge that ought to read them is missing", async () => {
  expect(await ask("a plain reason")).toMatchObject({
    verdict: "abstained",
    violations: [{ code: "judge_unavailable", evidence: '"no such file"' }],
  });
});

it("has nothing to say where there are no words", async () => {
  expect(await ask(" \n")).toMatchObject({ verdict: "cleared", violations: [] });
});
