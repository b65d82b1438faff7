import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLabelledTexts } from "../../../router/training/dataset.ts";
import { detectLanguage, isEncoderLanguage } from "../../../router/words/language.ts";

const rows = ["languages.jsonl", "other-languages.jsonl"].flatMap((name) =>
  parseLabelledTexts(
    readFileSync(new URL(`../../../router/data/${name}`, import.meta.url), "utf8"),
    name,
  ),
);

describe("detectLanguage", () => {
  it("takes no text in another language for English", () => {
    const taken = rows.filter((row) => isEncoderLanguage(detectLanguage(row.text)));
    expect(taken.map((row) => row.text)).toEqual([]);
  });

  it.each(["de", "fr", "es"])("names %s", (language) => {
    const own = rows.filter((row) => row.lang === language);
    expect(own.length).toBeGreaterThan(15);
    const named = own.filter((row) => detectLanguage(row.text) === language);
    expect(named.length / own.length).toBeGreaterThan(0.9);
  });

  it("takes little English for another language", () => {
    const english = ["train.jsonl", "test.jsonl", "other-author.jsonl"].flatMap((name) =>
      parseLabelledTexts(
        readFileSync(new URL(`../../../router/data/${name}`, import.meta.url), "utf8"),
        name,
      ),
    );
    const wrong = english.filter(({ text }) => !["en", "none"].includes(detectLanguage(text)));
    expect(wrong.length / english.length).toBeLessThan(0.005);
  });

  it.each([
    ["tune tv"],
    ["hyperparameters.tv.decay = 0.62"],
    ["Deploy config 7f3a."],
    ["The naïve forecast of our café chain is too high"],
    ["Merci, but please lower the decay of TV"],
    ['{"changes":[{"path":"training.l2_penalty","to":3}]}'],
  ])("takes %j for English", (text) => expect(detectLanguage(text)).toBe("en"));

  it.each([[""], ["   "], ["0.62 > 0.5"], ["👍🏽🚀"], ["\u0000\u0001\u0002"]])(
    "sees no language in %j",
    (text) => expect(detectLanguage(text)).toBe("none"),
  );

  it.each([["Пожалуйста"], ["幾何アドストック"], ["هل يمكننا نشر النموذج"]])(
    "sees another script in %s",
    (text) => expect(detectLanguage(text)).toBe("other_script"),
  );

  it("never fails, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(typeof detectLanguage(text)).toBe("string");
      }),
    );
  });
});
