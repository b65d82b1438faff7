/** The vocabulary: words of one kind are not words of another. */
import { describe, expect, it } from "vitest";
import {
  CONTROL_WORDS,
  findWord,
  MEDIUM_WORDS,
  OUTCOME_WORDS,
  SPEND_WORDS,
} from "../../../tables/roles/words.ts";

describe("words", () => {
  it.each([
    ["online video", "video"],
    ["google display", "display"],
    ["google", "search"],
    ["amazon ads", "retail_media"],
    ["influencer instagram", "influencer"],
    ["connected tv", "bvod"],
    ["aussenwerbung", "ooh"],
    ["zeitschriften", "print"],
    ["horfunk", "radio"],
    ["busqueda", "search"],
    ["correo", "email"],
  ])("take %s for %s", (text, medium) => {
    expect(findWord(MEDIUM_WORDS, text)).toBe(medium);
  });

  it("tell outcomes from money spent and from conditions", () => {
    for (const text of ["umsatz", "chiffre d affaires", "ventas", "net sales", "nettoumsatz"]) {
      expect(findWord(OUTCOME_WORDS, text), text).toBe("revenue");
      expect(SPEND_WORDS.test(text), text).toBe(false);
    }
    for (const text of ["bestellungen", "pedidos", "conversions"]) {
      expect(findWord(OUTCOME_WORDS, text), text).toBe("units");
    }
    expect(CONTROL_WORDS.test("competitor sales b")).toBe(true);
    expect(findWord(OUTCOME_WORDS, "tv")).toBeNull();
  });
});
