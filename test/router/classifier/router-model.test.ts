import { describe, expect, it } from "vitest";
import type { Head } from "../../../router/classifier/head.ts";
import { computeConceptDigest, openRouterModel } from "../../../router/classifier/router-model.ts";
import { MAX_TEXT_CHARS } from "../../../router/encoder/tokenizer.ts";

function open() {
  const asked: string[] = [];
  const head = { thresholds: { confidence: 0.7 } } as unknown as Head;
  const model = openRouterModel(head, "digest", {
    embed: (texts) => {
      asked.push(...texts);
      return Promise.reject(new Error("asked"));
    },
  });
  return { asked, model };
}

describe("the trained router", () => {
  it.each([
    ["empty", ""],
    ["empty", "12 % … 7"],
    ["too_long", "tune the decay ".repeat(MAX_TEXT_CHARS / 10)],
    ["unknown_language", "Bitte senken Sie den Abkling-Parameter für das Fernsehen und die Suche."],
  ])("does not judge what is %s, and asks no encoder", async (unjudged, text) => {
    const { asked, model } = open();
    expect(await model.judge(text)).toMatchObject({ unjudged, classification: null });
    expect(asked).toEqual([]);
  });

  it("asks the encoder about English and passes its failure on", async () => {
    const { asked, model } = open();
    await expect(model.judge("Tune the decay of TV.")).rejects.toThrow("asked");
    expect(asked).toEqual(["Tune the decay of TV."]);
    expect(model).toMatchObject({ digest: "digest", confidenceThreshold: 0.7 });
    expect(computeConceptDigest()).toMatch(/^[0-9a-f]{64}$/);
  });
});
