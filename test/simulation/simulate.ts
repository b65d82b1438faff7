/**
 * Many seeds, one after the other: each run against the invariants, neutral ones also against the
 * undisturbed history of the same request.
 */
import { planOf } from "./faults.ts";
import { referenceDigest, runWorld, type Verdict } from "./world.ts";

export interface SimulationOptions {
  readonly first: number;
  readonly count: number;
  /** Runs every seed twice and compares the traces. */
  readonly twice?: boolean;
  /** False: stops at the first failure. */
  readonly keepGoing?: boolean;
  readonly progress?: (line: string) => void;
}

export interface SimulationReport {
  readonly seeds: number;
  readonly steps: number;
  readonly events: number;
  readonly neutral: number;
  readonly altering: number;
  readonly failures: readonly { readonly seed: number; readonly reason: string }[];
}

const references = new Map<number, string>();

async function referenceOf(request: number): Promise<string> {
  const known = references.get(request) ?? (await referenceDigest(request));
  references.set(request, known);
  return known;
}

/** Why a run fails; null when it holds. */
export async function faultOf(verdict: Verdict): Promise<string | null> {
  if (verdict.broken !== null) return verdict.broken.message;
  for (const { request, digest } of verdict.digests) {
    const wanted = await referenceOf(request);
    if (digest !== wanted) return `invariant 7: request ${request} ended with another history`;
  }
  return null;
}

export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const failures: { seed: number; reason: string }[] = [];
  let [steps, events, altering, seeds] = [0, 0, 0, 0];
  for (let seed = options.first; seed < options.first + options.count; seed += 1) {
    const plan = planOf(seed);
    const verdict = await runWorld(seed, plan);
    let reason = await faultOf(verdict);
    if (reason === null && options.twice === true) {
      const again = await runWorld(seed, plan);
      if (again.trace !== verdict.trace) reason = "the same seed gave another trace";
    }
    seeds += 1;
    steps += verdict.steps;
    events += verdict.events;
    altering += plan.altering ? 1 : 0;
    if (reason !== null) {
      failures.push({ seed, reason });
      options.progress?.(`npm run simulate-faults -- --seeds 1 --seed ${seed}  # ${reason}`);
      if (options.keepGoing !== true) break;
    }
  }
  return { seeds, steps, events, neutral: seeds - altering, altering, failures };
}
