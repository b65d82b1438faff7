/**
 * Whether what a simulation writes can be trained.
 *
 * 1. Said before anything is written, with the reason that training would give.
 */
import { type ModelConfig, parseModelConfig } from "../config.ts";
import { parseDataset } from "../data/dataset.ts";
import { ModelError } from "../errors.ts";
import { createObjective } from "../fit/objective.ts";
import { createSimulationConfig, type Simulation } from "./simulate.ts";

/**
 * The configuration that goes with simulated data.
 *
 * @throws ModelError `simulation_invalid` when the two cannot be trained together.
 */
export function createTrainableConfig(made: Simulation, path: string): ModelConfig {
  try {
    const config = parseModelConfig(createSimulationConfig(made.truth.spec, path));
    createObjective(parseDataset(made.csv, config), config);
    return config;
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new ModelError(
      "simulation_invalid",
      `Simulation: what it would write cannot be trained: ${cause.message}; simulate more periods`,
      { ...cause.data },
      cause,
    );
  }
}
