import { describe, expect, it } from "vitest";
import { decodePassages } from "../../../guard/words/decode.ts";
import { findIllegibleText } from "../../../guard/words/legible.ts";

const codes = (text: string) =>
  findIllegibleText(text, decodePassages(text)).map(({ code }) => code);

describe("a text that can be judged", () => {
  it.each([
    "The half-life of TV (α = 1.1, γ → 0.5) rises by 3 % – see Müller & Høyer 2020 🙂.",
    "R² is 0.91 at 20 °C, as on page №4 ™.",
    "",
  ])("is ordinary scientific English: %s", (text) => {
    expect(codes(text)).toEqual([]);
  });
});

describe("a text that cannot", () => {
  it.each([
    ["text_invisible", "tune\u200b the decay"],
    ["text_invisible", "tune the decay\u{e0041}"],
    ["text_lookalike", "drop the аdstock"],
    ["text_lookalike", "drop the 𝐚𝐝𝐬𝐭𝐨𝐜𝐤"],
    [
      "text_unjudgeable",
      "Wir werden die Sättigung nicht mehr verwenden und sie durch eine Gerade ersetzen.",
    ],
    ["text_unjudgeable", "Замените модель"],
    ["text_unjudgeable", "Read kZ9xQ2mV7pL4tR8wB3nY6hJ1 first."],
  ])("is %s: %s", (code, text) => {
    expect(codes(text)).toContain(code);
  });
});
