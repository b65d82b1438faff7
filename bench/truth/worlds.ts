/** Worlds come next. */
import type { TruthSet } from "./sets.ts";
export function createWorlds(_: { count: number; first: number }): TruthSet[] {
  return [];
}
