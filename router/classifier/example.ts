/**
 * Labelled examples as a head learns from them: what an example is, its row in the regression, and
 * how a few are drawn from many.
 */
import { createSeededRandom, shuffleCopy } from "./random.ts";
import type { Rows } from "./softmax-regression.ts";

export interface Example {
  /** What similarity is measured on: a unit vector. */
  readonly embedding: Float32Array;
  /** What the classifier learns from; default: the embedding. */
  readonly features?: Float32Array;
  readonly label: string;
  /** Shown when this example explains a decision; default "". */
  readonly text?: string;
  /** Relative weight, > 0; default 1. */
  readonly weight?: number;
  /** Examples of one group (a session) share a fold. */
  readonly group?: string;
  /** A description of the label rather than an example of it. */
  readonly description?: boolean;
}

/** Rows with balanced class weights: n / (classes · nₖ), times each example's own weight. */
export function createWeightedRows(examples: readonly Example[], labels: readonly string[]): Rows {
  const dimension = examples[0] === undefined ? 0 : selectFeatures(examples[0]).length;
  const index = new Map(labels.map((label, k) => [label, k]));
  const x = new Float32Array(examples.length * dimension);
  const mass = new Float64Array(labels.length);
  const y = Int32Array.from(examples, (e) => index.get(e.label) ?? 0);
  for (const [i, example] of examples.entries()) {
    x.set(selectFeatures(example), i * dimension);
    mass[y[i]!] = mass[y[i]!]! + (example.weight ?? 1);
  }
  const total = mass.reduce((sum, m) => sum + m, 0);
  const weight = Float64Array.from(
    examples,
    (e, i) => ((e.weight ?? 1) * total) / (labels.length * mass[y[i]!]!),
  );
  return { x, y, weight, dimension };
}

/** At most `limit` examples, drawn in turn from every label, in their original order. */
export function sampleEvenly(examples: readonly Example[], limit: number, seed: number): Example[] {
  if (examples.length <= limit) return [...examples];
  const random = createSeededRandom(seed);
  const piles = [...Map.groupBy(examples, (e) => e.label).values()].map((pile) =>
    shuffleCopy(pile, random),
  );
  const kept = new Set<Example>();
  for (let turn = 0; kept.size < limit; turn++) {
    for (const pile of piles) {
      const example = pile[turn];
      if (example !== undefined && kept.size < limit) kept.add(example);
    }
  }
  return examples.filter((e) => kept.has(e));
}

/** What the classifier sees of an example. */
export function selectFeatures(example: Example): Float32Array {
  return example.features ?? example.embedding;
}
