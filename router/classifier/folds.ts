/**
 * Stratified folds: every label is spread over all folds, and rows of one group (a session) stay
 * together, so that what is held out is never half seen.
 */
import { createSeededRandom, shuffleCopy } from "./random.ts";

export interface Grouped {
  readonly label: string;
  readonly group?: string;
}

/** The fold (0 … count−1) of every item. */
export function assignFolds(items: readonly Grouped[], count: number, seed: number): Int32Array {
  const folds = new Int32Array(items.length);
  const groups = Map.groupBy(items.keys(), (i) => items[i]!.group ?? `row ${i}`);
  const load = new Map<string, number[]>();
  for (const members of shuffleCopy([...groups.values()], createSeededRandom(seed))) {
    const label = items[members[0]!]!.label;
    const counts = load.get(label) ?? createZeros(count);
    const total = sumPerFold(load, count);
    let best = 0;
    for (let f = 1; f < count; f++) {
      const fewer = counts[f]! - counts[best]!;
      if (fewer < 0 || (fewer === 0 && total[f]! < total[best]!)) best = f;
    }
    for (const i of members) folds[i] = best;
    counts[best] = counts[best]! + members.length;
    load.set(label, counts);
  }
  return folds;
}

function sumPerFold(load: ReadonlyMap<string, readonly number[]>, count: number): number[] {
  const total = createZeros(count);
  for (const counts of load.values()) {
    for (const [f, n] of counts.entries()) total[f] = total[f]! + n;
  }
  return total;
}

function createZeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}
