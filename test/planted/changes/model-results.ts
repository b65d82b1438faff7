/** Planted changes to `model/results/`. */
import type { PlantedChange } from "../change.ts";

export const MODEL_RESULTS_CHANGES: readonly PlantedChange[] = [
  {
    file: "model/results/answer-tables.ts",
    find: "...ENDS.map((end) => point[end]),",
    put: "",
  },
  {
    file: "model/results/date-findings.ts",
    find: "day < first || day >= next",
    put: "day >= next",
  },
  {
    file: "model/results/baseline.ts",
    find: "const BLOCK_WEEKS = 4;",
    put: "const BLOCK_WEEKS = 1;",
  },
  {
    file: "model/results/block-bootstrap.ts",
    find: "const inflation = Math.sqrt(fit.trainRows / freedom);",
    put: "const inflation = 1;",
  },
  {
    file: "model/results/convergence.ts",
    find: "computeStandardDeviation(values) / centre",
    put: "computeStandardDeviation(values)",
  },
  {
    file: "model/results/data-findings.ts",
    find: "const CORRELATION_MAX = 0.95;",
    put: "const CORRELATION_MAX = 1.5;",
  },
  {
    file: "model/results/fit-findings.ts",
    find: "(watson < LIMITS.watson[0] || watson > LIMITS.watson[1])",
    put: "watson < LIMITS.watson[0]",
  },
  {
    file: "model/results/scores.ts",
    find: "predicted.push(guess);",
    put: "predicted.push(guess * 1.01);",
  },
  {
    file: "model/results/variance-inflation.ts",
    find: "at(row, column) - share * at(pivot, column)",
    put: "at(row, column) + share * at(pivot, column)",
  },
];
