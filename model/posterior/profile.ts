/**
 * Which form the posterior takes where a methodology leaves it open.
 *
 * Owns: the default profile and what a baseline document states. Not: priors (`priors.ts`).
 *
 * 1. What a baseline states is kept; what it leaves open gets the default profile.
 */

export interface Profile {
  /** `local_level`: linear trend plus a random-walk level; the other two as in the engine. */
  readonly trend: "local_level" | "linear" | "none";
  /** `delayed`: the geometric carryover may build up first (a second geometric stage). */
  readonly carryover: "geometric" | "delayed";
}

/**
 * Chosen on worlds of our own (docs/TRUTH.md): a local level against a linear trend; a build-up gains
 * nothing in error and costs coverage.
 */
export const DEFAULT_PROFILE: Profile = { trend: "local_level", carryover: "geometric" };

/** The profile for a baseline document as its owner wrote it (before defaults are filled in). */
export function readProfile(baseline: unknown): Profile {
  const trend = readPath(baseline, ["architecture", "trend"]);
  const carryover = readPath(baseline, ["adstock", "type"]);
  return {
    trend: trend === "linear" || trend === "none" ? trend : DEFAULT_PROFILE.trend,
    carryover:
      carryover === "delayed" || carryover === "geometric" ? carryover : DEFAULT_PROFILE.carryover,
  };
}

function readPath(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
