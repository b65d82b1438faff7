/**
 * Part `coverage`: do 90 % intervals hold the truth in 90 % of simulations?
 *
 * The truth (decay, alpha, gamma, ROI) is drawn uniformly over the ranges the ensemble may use, so
 * this tests the arithmetic of the intervals, not whether real data obey the model.
 */

import { simulateData } from "../../model/simulate/simulate.ts";
import { parameterIntervals } from "../parameter-intervals.ts";
import { randomSpec, simulatedSet } from "./sets.ts";

const FIGURES = ["decay", "alpha", "gamma", "coefficient", "roi", "mroi"] as const;

export function coveragePart(simulations: number): unknown {
  const inside: Record<string, number> = {};
  let total = 0;
  for (let seed = 1; seed <= simulations; seed += 1) {
    const spec = randomSpec(seed);
    const { truth } = simulateData(spec, seed);
    const set = simulatedSet(seed, spec);
    const channels = parameterIntervals(set.dataset, set.config, seed);
    for (const [name, intervals] of Object.entries(channels)) {
      const own = truth.channels[name];
      if (own === undefined) continue;
      total += 1;
      for (const figure of FIGURES) {
        const interval = intervals[figure];
        const hit = own[figure] >= interval.low && own[figure] <= interval.high;
        inside[figure] = (inside[figure] ?? 0) + (hit ? 1 : 0);
      }
    }
  }
  const shares = Object.fromEntries(
    FIGURES.map((figure) => [figure, (inside[figure] ?? 0) / total]),
  );
  console.log(`\n### Coverage of 90 % intervals, ${simulations} simulations × 5 channels\n`);
  console.log(`| ${FIGURES.join(" | ")} |\n|${FIGURES.map(() => "---").join("|")}|`);
  console.log(
    `| ${FIGURES.map((figure) => `${(100 * (shares[figure] ?? 0)).toFixed(1)} %`).join(" | ")} |`,
  );
  return { simulations, intervals: total, nominal: 0.9, ...shares };
}
