/** Planted changes to `model/fit/`. */
import type { PlantedChange } from "../change.ts";

export const MODEL_FIT_CHANGES: readonly PlantedChange[] = [
  { file: "model/fit/attribution.ts", find: "multiplier ** alpha", put: "multiplier * alpha" },
  {
    file: "model/fit/calibration.ts",
    find: "locateLiftTest(dataset, test, Math.floor(trainRows / stride))",
    put: "locateLiftTest(dataset, test, dataset.dates.length)",
  },
  {
    file: "model/fit/engine.ts",
    find: "loss += error / (fold.targetSum || 1)",
    put: "loss += error",
  },
  {
    file: "model/fit/fit.ts",
    find: "projectOut(problem.design.columns, problem.scaledTarget, trainRows)",
    put: "projectOut(problem.design.columns, problem.scaledTarget, rows)",
  },
  {
    file: "model/fit/fold.ts",
    find: "sum += Math.abs(target[row] ?? 0)",
    put: "sum += target[row] ?? 0",
  },
  {
    file: "model/fit/gradient.ts",
    find: "index < folds ? 1 / folds : inSampleWeight",
    put: "index < folds ? 1 : inSampleWeight",
  },
  {
    file: "model/fit/gram.ts",
    find: "    if (all) return;",
    put: "    if (changed.length > 0) return;",
  },
  {
    file: "model/fit/layout.ts",
    find: "block.set(problem.scaledTarget.subarray(0, rows), z.length * rows);",
    put: "block.set(problem.scaledTarget.subarray(0, rows), (z.length + 1) * rows);",
  },
  { file: "model/fit/likelihood.ts", find: "let cross = -2 * (", put: "let cross = -1 * (" },
  {
    file: "model/fit/linear-solve.ts",
    find: "value -= (factor[j]?.[i] ?? 0) * (solution[j] ?? 0);",
    put: "value += (factor[j]?.[i] ?? 0) * (solution[j] ?? 0);",
  },
  {
    file: "model/fit/media-columns.ts",
    find: "if (newDecay) carried.push(layer);",
    put: "if (newDecay && carried.length === channel) carried.push(layer);",
  },
  {
    file: "model/fit/objective.ts",
    find: "(index < folds ? 1 / folds : inSampleWeight)",
    put: "(index < folds ? 1 : inSampleWeight)",
  },
  {
    file: "model/fit/problem.ts",
    find: "gamma: parameters[index * 3 + 2] ?? 0.5",
    put: "gamma: parameters[index * 3 + 1] ?? 0.5",
  },
  {
    file: "model/fit/projection.ts",
    find: "q[at] = sum / (upper[at]?.[at] ?? 1);",
    put: "q[at] = sum;",
  },
  { file: "model/fit/ridge.ts", find: "    if (solved !== beta) beta.set(solved);", put: "" },
];
