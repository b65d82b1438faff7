/** Column names as words, and channels' names. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findStem, nameChannel, spellName } from "../../../tables/roles/names.ts";

describe("a spelled name", () => {
  it.each([
    ["Ausgaben_TV (€)", "ausgaben tv eur"],
    ["YouTubeSpend", "youtube spend"],
    ["TVSpend", "tv spend"],
    ["Radiokosten", "radio kosten"],
    ["Dépenses télé", "depenses tele"],
    ["Außenwerbung", "aussenwerbung"],
    ["mdsp.dm", "mdsp dm"],
  ])("of %s is %s", (name, words) => {
    expect(spellName(name)).toBe(words);
  });

  it("has small letters, digits and single spaces, and stays when spelled again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        const spelled = spellName(name);
        expect(spelled).toMatch(/^(?:[a-z0-9]+(?: [a-z0-9]+)*)?$/);
        expect(spellName(spelled)).toBe(spellName(spellName(spelled)));
      }),
    );
  });
});

describe("a channel's name", () => {
  it("is what is left without money and exposure", () => {
    for (const name of [
      "tv_spend",
      "tv_S",
      "Ausgaben TV",
      "TV impressions",
      "mdsp_tv",
      "tv cost €",
    ]) {
      expect(findStem(spellName(name)), name).toBe("tv");
    }
  });

  it("is one that a baseline takes, and no one's else", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 8 }), (names) => {
        const taken = new Set<string>();
        for (const name of names) taken.add(nameChannel(findStem(spellName(name)), taken));
        expect(taken.size).toBe(names.length);
        for (const name of taken) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
      }),
    );
    expect(nameChannel("constructor", new Set())).toBe("constructor_1");
  });
});
