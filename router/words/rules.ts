/**
 * Routing without a model: points for the concepts a text mentions, in English and, for the words
 * that matter most, in German, French and Spanish.
 *
 * I1. Pure; the work is bounded by MAX_MATCHED_CHARS.
 * I2. A role is named only when its points reach MIN_POINTS and lead by MIN_LEAD; else nobody is.
 */
import { CONCEPTS } from "./concepts.ts";
import { FOREIGN_CONCEPTS } from "./foreign-concepts.ts";
import { MAX_MATCHED_CHARS } from "./features.ts";
import { detectLanguage, isEncoderLanguage } from "./language.ts";
import { LABELS, type Label, OUT_OF_SCOPE } from "./roles.ts";

/** Least points that make a decision. */
const MIN_POINTS = 3;
/** Least lead over the second label. */
const MIN_LEAD = 1;
/** How much more is asked of a text in another language, where English words mislead. */
const FOREIGN_FACTOR = 1.3;

export interface RuleVerdict {
  /** The label that won clearly enough, or null. */
  readonly label: Label | null;
  /** Points per label. */
  readonly points: Readonly<Record<Label, number>>;
  /** Share of the points, 0 … 1, summing to 1 (all equal when nothing matched). */
  readonly scores: Readonly<Record<Label, number>>;
  /** Concepts found, in the order of the table. */
  readonly concepts: readonly string[];
}

/** Judges a text by its words alone. */
export function judgeByRules(text: string): RuleVerdict {
  const read = text.slice(0, MAX_MATCHED_CHARS);
  const language = detectLanguage(read);
  // Languages share words: one word must not count once for each of them.
  const foreign = FOREIGN_CONCEPTS.filter(({ id }) => id.startsWith(`${language}_`));
  const table = [...CONCEPTS, ...foreign];
  const found = table.filter(({ pattern }) => pattern.test(read));
  const points = mapLabels((label) =>
    found.reduce((sum, concept) => sum + (concept.points[label] ?? 0), 0),
  );
  const ranked = LABELS.toSorted((a, b) => points[b] - points[a]);
  const [first, second] = [ranked[0]!, ranked[1]!];
  const factor = isEncoderLanguage(language) ? 1 : FOREIGN_FACTOR;
  const clear =
    points[first] >= MIN_POINTS * factor && points[first] - points[second] >= MIN_LEAD * factor;
  return {
    label: clear ? first : null,
    points,
    scores: computeLabelShares(points),
    concepts: found.map(({ id }) => id),
  };
}

function computeLabelShares(points: Readonly<Record<Label, number>>): Record<Label, number> {
  const total = LABELS.reduce((sum, label) => sum + points[label], 0);
  return mapLabels((label) => (total > 0 ? points[label] / total : 1 / LABELS.length));
}

function mapLabels(value: (label: Label) => number): Record<Label, number> {
  return {
    data_scientist: value("data_scientist"),
    business_analyst: value("business_analyst"),
    stakeholder: value("stakeholder"),
    research_persona: value("research_persona"),
    out_of_scope: value(OUT_OF_SCOPE),
  };
}
