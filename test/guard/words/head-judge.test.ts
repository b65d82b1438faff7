import { describe, expect, it } from "vitest";
import { createHeadJudge } from "../../../guard/words/head-judge.ts";
import { countFeatures } from "../../../guard/words/intent-features.ts";
import type { IntentHead } from "../../../guard/words/intent-head.ts";

/** An encoder that embeds a sentence as its intent: 9 for "drop", −9 else. */
const encoder = {
  digest: "e",
  embed: (texts: readonly string[]) =>
    Promise.resolve(texts.map((text) => Float32Array.of(text.includes("drop") ? 9 : -9))),
};
const weights = new Float32Array(countFeatures(1));
weights[0] = 1;
const head: IntentHead = { digest: "h", encoder: "e", threshold: 0.5, bias: 0, weights };
const judge = (reasoning: string) => createHeadJudge(encoder, head).judge({ reasoning } as never);

describe("the judge with a head", () => {
  it("refuses a text for one sentence, and shows which", async () => {
    const opinion = await judge("Decay is tuned. We drop the trend. All else stays.");
    expect(opinion).toMatchObject({
      verdict: "vetoed",
      violations: [{ code: "intent_methodology", evidence: '"We drop the trend."' }],
    });
    expect(await judge("Decay is tuned.")).toMatchObject({ verdict: "cleared", violations: [] });
  });

  it("reads what is hidden, too", async () => {
    const hidden = Buffer.from("we drop the trend of the model").toString("base64");
    expect((await judge(`Note ${hidden}`)).verdict).toBe("vetoed");
  });

  it("does not clear what is too long to be read whole, nor asks about nothing", async () => {
    const sentences = (count: number) =>
      Array.from({ length: count }, (_, at) => `Step ${at} is fine.`).join(" ");
    expect((await judge(sentences(64))).verdict).toBe("cleared");
    expect(await judge(sentences(65))).toMatchObject({ violations: [{ code: "text_too_long" }] });
    expect((await judge("0.5")).verdict).toBe("cleared");
  });

  it("is not made from a head of another encoder", () => {
    expect(() => createHeadJudge({ ...encoder, digest: "x" }, head)).toThrow(/another encoder/);
  });
});
