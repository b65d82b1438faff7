/**
 * The product's own loop on a bench set: a governed session with the built-in agents, guard, history
 * and trainer, in memory, as `mmm run` makes it on the embedded log.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Orchestrator } from "../../app/orchestrator.ts";
import { loadSettings } from "../../app/settings.ts";
import type { ModelConfig } from "../../model/config.ts";
import { parseModelConfig } from "../../model/config.ts";
import type { BenchSet } from "./sets.ts";

const SEED = 7;

export interface SessionEnd {
  /** The configuration in force at the end. */
  readonly config: ModelConfig;
  readonly decision: string;
  readonly iterations: number;
  readonly evaluations: number;
  readonly milliseconds: number;
}

/** Runs one session to its seal, defaults of the product, seed 7. */
export async function governedSession(set: BenchSet): Promise<SessionEnd> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-bench-"));
  const path = join(folder, "data.csv");
  try {
    writeFileSync(path, set.csv);
    const started = performance.now();
    const { results, stakeholderDecision } = await new Orchestrator({
      baselineState: {
        iteration: 0,
        performance: { mape: null, r2: null, mae: 0 },
        model_config: { ...set.config, data: { ...set.config.data, path } },
        business_context: contextOf(set),
        convergence_score: 0,
      },
      seed: SEED,
      settings: loadSettings(null, { MMM_REASONING: "builtin" }),
    }).runSession();
    const { counts, final_config } = results;
    const config = final_config === null ? set.config : parseModelConfig(final_config);
    return {
      config: { ...config, data: set.config.data },
      decision: stakeholderDecision ?? results.status,
      iterations: counts.iterations,
      evaluations: counts.evaluations,
      milliseconds: performance.now() - started,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Money out for money in can be held against benchmarks; other targets' units cannot. */
function contextOf({ name, targetIsRevenue }: BenchSet): Record<string, unknown> {
  return {
    business_unit: name,
    industry: "consumer goods",
    currency: "EUR",
    roi_unit: targetIsRevenue ? "revenue" : "units",
    margin: 0.45,
    success_criteria: { mape_max: 0.15, r2_min: 0.6, improvement_min: 0.01 },
    objective: "A model that predicts the next quarter and whose ROI can be defended.",
  };
}
