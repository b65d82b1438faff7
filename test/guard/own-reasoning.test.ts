import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  describeChange,
  describeNoImprovement,
  describeProposal,
} from "../../agents/builtin/explain-proposal.ts";
import { createHeadJudge } from "../../guard/words/head-judge.ts";
import { loadShippedIntentHead } from "../../guard/words/intent-head.ts";
import { judgeByLexicon } from "../../guard/words/lexicon-judge.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import {
  type SentenceEncoder,
  openSentenceEncoder,
} from "../../router/encoder/sentence-encoder.ts";
import { modelConfig } from "./fixtures.ts";

const NAMES = ["facebook", "Channel0", "google_ads", "paid-social", "newsletter", "mdsp_dm", "x1"];

let encoder: SentenceEncoder;
let head: SemanticJudge;

beforeAll(async () => {
  const opening = await openSentenceEncoder();
  if (opening.encoder === null) throw new Error(opening.unavailable.message);
  encoder = opening.encoder;
  head = createHeadJudge(encoder, loadShippedIntentHead());
});
afterAll(() => encoder.close());

/** Texts of the built-in Data Scientist over random sessions. */
function ownTexts(): fc.Arbitrary<string[]> {
  const share = fc.double({ min: 0.001, max: 1, noNaN: true });
  const channels = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 5 });
  return fc
    .tuple(channels, fc.array(share, { minLength: 40, maxLength: 40 }))
    .map(([names, draws]) => {
      let at = 0;
      const next = (): number => draws[at++ % draws.length] ?? 0.5;
      const base = modelConfig({
        channels: names.map((name) => ({ name, spend: `${name}_spend`, media_type: "other" })),
        hyperparameters: {},
      });
      const trained = () => ({
        loss: next() / 5,
        validation: { mean: { mape: next() / 5, r2: next() }, folds: Array.from({ length: 4 }) },
        channels: names.map((name) => ({ name, roi: 5 * next() })),
      });
      const changes = names.flatMap((name) =>
        ["decay", "alpha", "gamma"].map((part) => ({
          path: `hyperparameters.${name}.${part}`,
          from: next(),
          to: next(),
          worth: next() / 100,
          atBound: next() < 0.2 ? "upper" : null,
        })),
      );
      const before = trained();
      const tuning = {
        before,
        after: trained(),
        changes,
        learningRate: 0.05,
        refinementGain: 0.01,
      };
      const notes = [`${names[0] ?? ""} moved only a little after a refusal`];
      const told = { base, tuning, evaluations: 600, notes };
      return [
        describeProposal(told as never),
        describeNoImprovement(before as never, 600, notes),
        `As asked: ${changes.map((change) => describeChange(change, base)).join("; ")}.`,
      ];
    });
}

test("what the built-in Data Scientist writes is never an intent to the lexicon", () => {
  fc.assert(
    fc.property(ownTexts(), (texts) => {
      for (const reasoning of texts) {
        expect(judgeByLexicon({ reasoning }).violations).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
});

test("nor to the trained head", async () => {
  await fc.assert(
    fc.asyncProperty(ownTexts(), async (texts) => {
      for (const reasoning of texts) {
        expect((await head.judge({ raw: "", reasoning })).violations).toEqual([]);
      }
    }),
    { numRuns: 6 },
  );
});
