import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type LabelledText,
  computeDatasetDigest,
  parseLabelledTexts,
  withoutDuplicates,
  withoutLeakage,
} from "../../../router/training/dataset.ts";
import { compareRouters } from "../../../router/training/evaluate.ts";
import { detectLanguage, isEncoderLanguage } from "../../../router/words/language.ts";
import { type RouterOpening, openRouter } from "../../../router/open.ts";
import { LABELS } from "../../../router/words/roles.ts";
import {
  type SentenceEncoder,
  openSentenceEncoder,
} from "../../../router/encoder/sentence-encoder.ts";

function data(name: string): LabelledText[] {
  const url = new URL(`../../../router/data/${name}`, import.meta.url);
  return parseLabelledTexts(readFileSync(url, "utf8"), name);
}

const train = data("train.jsonl");
const test = data("test.jsonl");
const other = data("other-author.jsonl");

describe("the shipped texts", () => {
  it("are many, and hold every label in every set", () => {
    expect(train.length + test.length).toBeGreaterThan(600);
    expect(other.length).toBeGreaterThanOrEqual(120);
    for (const set of [train, test, other]) {
      for (const label of LABELS) {
        expect(set.filter((row) => row.label === label).length).toBeGreaterThanOrEqual(20);
      }
    }
  });

  it("leak nothing from the test sets into training", () => {
    expect(withoutLeakage(train, [...test, ...other])).toHaveLength(train.length);
  });
});

describe("the shipped checkpoint", () => {
  let encoder: SentenceEncoder;
  let opening: RouterOpening;

  beforeAll(async () => {
    const opened = await openSentenceEncoder();
    if (opened.encoder === null) throw new Error(opened.unavailable.message);
    encoder = opened.encoder;
    opening = await openRouter(encoder);
  });
  afterAll(() => encoder.close());

  it("opens on the shipped encoder", () => expect(opening.refused).toBeNull());

  it("was trained on the shipped training texts", () => {
    const known = train.filter((row) => {
      const language = detectLanguage(row.text);
      return language === "none" || isEncoderLanguage(language);
    });
    expect(opening.document?.data_digest).toBe(computeDatasetDigest(withoutDuplicates(known)));
  });

  it("routes texts it was not trained on, its own author's and another's", async () => {
    const own = await compareRouters(test, opening.model!, null);
    expect(own.candidate.accuracy).toBeGreaterThanOrEqual(0.94);
    expect(own.candidate.calibration_error).toBeLessThanOrEqual(0.05);
    expect(own.candidate.accuracy).toBeGreaterThan(own.rules.accuracy);
    const another = await compareRouters(other, opening.model!, null);
    expect(another.candidate.accuracy).toBeGreaterThanOrEqual(0.9);
  });

  it("is refused with a reason when the folder is not one, and nothing throws", async () => {
    const { model, refused } = await openRouter(encoder, "/no/such/checkpoint");
    expect(model).toBeNull();
    expect(refused).toMatchObject({ code: "checkpoint_refused", reason: "missing" });
  });
});
