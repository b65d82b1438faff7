import { describe, expect, it } from "vitest";
import {
  type LabelledText,
  computeDatasetDigest,
  formatLabelledTexts,
  parseLabelledTexts,
  splitBySession,
  withoutDuplicates,
  withoutLeakage,
} from "../../../router/training/dataset.ts";

function row(text: string, more: Partial<LabelledText> = {}): LabelledText {
  return { text, label: "data_scientist", lang: "en", ...more };
}

describe("labelled texts", () => {
  it("come back from their lines as they were", () => {
    const rows = [row("tune tv\nplease"), row("go live?", { label: "stakeholder", weight: 5 })];
    expect(parseLabelledTexts(formatLabelledTexts(rows), "x")).toEqual(rows);
  });

  it.each([
    ["not JSON", "{", 1],
    ["an unknown label", '{"text":"a","label":"boss"}', 1],
    ["an empty text", '{"text":"a","label":"stakeholder"}\n{"text":"","label":"stakeholder"}', 2],
    ["no label", '{"text":"a"}', 1],
    ["a negative weight", '{"text":"a","label":"stakeholder","weight":-1}', 1],
  ])("are refused with the line's number for %s", (_, text, line) => {
    expect(() => parseLabelledTexts(text, "data.jsonl")).toThrow(`data.jsonl, line ${line}`);
  });

  it("count once when they differ in case, digits, punctuation or order", () => {
    const rows = [
      row("Lower the decay of TV to 0.5!"),
      row("lower the decay of tv to 0.7"),
      row("to 0.9: lower the decay of TV"),
      row("raise gamma of search"),
    ];
    expect(withoutDuplicates(rows)).toHaveLength(2);
  });

  it("keep the heavier of two labels, and of equals the later", () => {
    const rows = [
      row("go live", { label: "stakeholder", weight: 5 }),
      row("go live", { label: "data_scientist" }),
      row("check roi", { label: "stakeholder" }),
      row("check roi", { label: "business_analyst" }),
    ];
    expect(withoutDuplicates(rows).map((r) => r.label)).toEqual([
      "stakeholder",
      "business_analyst",
    ]);
  });

  it("keep texts that only share words", () => {
    const rows = [row("tune the decay of tv"), row("change the form of the decay of tv")];
    expect(withoutDuplicates(rows)).toHaveLength(2);
  });

  it("that are in the test set, or nearly, are taken out of training", () => {
    const test = [row("Approve the model for production")];
    const train = [row("approve the model for production?"), row("approve my holiday")];
    expect(withoutLeakage(train, test).map((r) => r.text)).toEqual(["approve my holiday"]);
  });

  it("of one session land on one side of a split", () => {
    const rows = Array.from({ length: 60 }, (_, i) => row(`t${i}`, { session: `s${i % 12}` }));
    const { train, test } = splitBySession(rows, 0.25, 7);
    const sessions = new Set(test.map((r) => r.session));
    expect(test).toHaveLength(15);
    expect(train.some((r) => sessions.has(r.session))).toBe(false);
    expect(train.length + test.length).toBe(60);
  });

  it("have one digest in any order, and another when a label or weight changes", () => {
    const rows = [row("a"), row("b")];
    expect(computeDatasetDigest(rows)).toBe(computeDatasetDigest(rows.toReversed()));
    expect(computeDatasetDigest([row("a"), row("b", { label: "stakeholder" })])).not.toBe(
      computeDatasetDigest(rows),
    );
    expect(computeDatasetDigest([row("a"), row("b", { weight: 2 })])).not.toBe(
      computeDatasetDigest(rows),
    );
  });
});
