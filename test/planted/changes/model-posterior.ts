/** Planted changes to `model/posterior/`. */
import type { PlantedChange } from "../change.ts";

export const MODEL_POSTERIOR_CHANGES: readonly PlantedChange[] = [
  {
    file: "model/posterior/arithmetic.ts",
    find: "const SQRT_2 = 1.4142135623730951;",
    put: "const SQRT_2 = 2.4142135623730951;",
  },
  {
    file: "model/posterior/coordinates.ts",
    find: "jacobian -= log(1 - all);",
    put: "",
  },
  {
    file: "model/posterior/density.ts",
    find: "prior.sd_logit * (1 - values.share) * all",
    put: "prior.sd_logit * all",
  },
  {
    file: "model/posterior/posterior.ts",
    find: "round < rounds && !diagnostics.converged",
    put: "round < rounds",
  },
  {
    file: "model/posterior/sampler.ts",
    find: "    this.#rounds = [];",
    put: "",
  },
];
