import { describe, expect, it } from "vitest";
import type { LabelledText } from "../../router/dataset.ts";
import { compareRouters } from "../../router/evaluate.ts";
import { LABELS } from "../../router/roles.ts";
import { openRouterModel } from "../../router/router-model.ts";
import type { SentenceEncoder } from "../../router/sentence-encoder.ts";
import { trainRouter } from "../../router/train.ts";

/** Embeds a text by its letters: no model, but equal texts are equal and like texts are near. */
const letters: SentenceEncoder = {
  digest: "a".repeat(64),
  runtime: "native",
  dimension: 26,
  embed: async (texts) =>
    texts.map((text) => {
      const counts = new Float32Array(26).fill(0.01);
      for (const c of text.toLowerCase()) {
        const i = c.charCodeAt(0) - 97;
        if (i >= 0 && i < 26) counts[i] = counts[i]! + 1;
      }
      const norm = Math.hypot(...counts);
      return counts.map((x) => x / norm);
    }),
  close: async () => {},
};

const WORDS: Record<string, string> = {
  data_scientist: "tune the decay of channel",
  business_analyst: "is the roi plausible for channel",
  stakeholder: "approve the deployment for unit",
  research_persona: "replace the adstock by a weibull in",
  out_of_scope: "book a meeting room on floor",
};
const NAMES = "tv radio print search social cinema podcast email flyer poster".split(" ");

const rows: LabelledText[] = LABELS.flatMap((label) =>
  NAMES.map((name) => ({ text: `${WORDS[label]} ${name} please`, label, lang: "en" })),
);

describe("trainRouter", () => {
  it("teaches a router that beats guessing, and says on what it was taught", async () => {
    const { head, facts } = await trainRouter(rows, letters, { seed: 1 });
    const model = openRouterModel(head, "digest", letters);
    const { candidate } = await compareRouters(rows, model, null);
    expect(candidate.accuracy).toBeGreaterThan(0.9);
    expect(facts.encoder_digest).toBe(letters.digest);
    expect(facts.support).toMatchObject({ stakeholder: 10, out_of_scope: 10 });
  });

  it("leaves out near-duplicates and other languages, and counts them", async () => {
    const more = [
      ...rows,
      { ...rows[0]! },
      { ...rows[0]!, text: "Bitte den Decay für TV senken, danke", lang: "de" },
    ];
    const trained = await trainRouter(more, letters, { seed: 1 });
    expect(trained.leftOut).toEqual({ duplicates: 1, other_language: 1 });
    expect(trained.facts.data_digest).toBe(
      (await trainRouter(rows, letters, { seed: 1 })).facts.data_digest,
    );
  });

  it("tells how far it is", async () => {
    const steps: string[] = [];
    await trainRouter(rows, letters, {
      seed: 1,
      onProgress: (step, done, total) => steps.push(`${step} ${done}/${total}`),
    });
    expect(steps.at(-1)).toBe("fitting 20/20");
    expect(steps[0]).toMatch(/^embedding/);
  });

  it("compares with another checkpoint on the same rows", async () => {
    const { head } = await trainRouter(rows, letters, { seed: 1 });
    const model = openRouterModel(head, "digest", letters);
    const { running, candidate } = await compareRouters(rows, model, model);
    expect(running).toEqual(candidate);
  });
});

describe("a router model", () => {
  it.each([
    ["", "empty"],
    ["👍🏽", "empty"],
    ["Bitte den Decay von TV senken und neu trainieren", "unknown_language"],
    ["tune the decay of tv ".repeat(2000), "too_long"],
  ])("does not judge %.20j: %s", async (text, reason) => {
    const { head } = await trainRouter(rows, letters, { seed: 1 });
    const model = openRouterModel(head, "digest", letters);
    expect(await model.judge(text)).toMatchObject({ unjudged: reason, classification: null });
  });

  it("names the labelled examples nearest to what it judged", async () => {
    const { head } = await trainRouter(rows, letters, { seed: 1 });
    const judged = await openRouterModel(head, "digest", letters).judge(rows[3]!.text);
    expect(judged.unjudged).toBeNull();
    if (judged.unjudged === null)
      expect(judged.classification.neighbours[0]!.text).toBe(rows[3]!.text);
  });
});
