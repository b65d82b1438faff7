import { describe, expect, it } from "vitest";
import { formatExplanation } from "../../../cli/output/guard-explain.ts";
import { checkProposal } from "../../../guard/check.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { LEXICON_JUDGE } from "../../../guard/words/lexicon-judge.ts";
import { BASE, changesText } from "../../guard/fixtures.ts";

let now = 0;
const context = {
  baseline: BASE,
  spec: SPECIFICATION_SHIPPED,
  judges: [LEXICON_JUDGE],
  stopwatch: () => (now += 0.25),
};
const explain = async (...changes: readonly (readonly [string, unknown])[]) => {
  const { figures } = await checkProposal(changesText(...changes), "A plain reason.", context);
  return formatExplanation(figures!);
};

describe("what each layer went by", () => {
  it("fits 100 columns and names every layer", async () => {
    const lines = await explain(["hyperparameters.tv.decay", 0.6]);
    for (const layer of ["rules", "signature", "semantics"]) {
      expect(
        lines.some((line) => line.startsWith(layer)),
        layer,
      ).toBe(true);
    }
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.join("\n")).toContain("1 number changed");
  });

  it("shows what changes and says once what stays", async () => {
    const text = (await explain(["hyperparameters.tv.decay", 0.6])).join("\n");
    const row = (channel: string) =>
      text.split("\n").find((line) => line.trim().startsWith(`${channel} `)) ?? "";
    expect(row("tv")).toContain("1.16 → 1.36");
    expect(row("search")).not.toContain("→");
    expect(text).toContain("curvature up to the largest exposure (no --data)");
  });
});
