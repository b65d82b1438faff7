/** Planted changes to `model/`. */
import type { PlantedChange } from "../change.ts";

export const MODEL_CHANGES: readonly PlantedChange[] = [
  {
    file: "model/calendar.ts",
    find: "(year % 4 === 0 && year % 100 !== 0) || year % 400 === 0",
    put: "year % 4 === 0",
  },
  {
    file: "model/data/design.ts",
    find: "row < scaleEnd; row += 1) sum +=",
    put: "row < values.length; row += 1) sum +=",
  },
  {
    file: "model/data/table.ts",
    find: "const where = { column, line: row + 2 };",
    put: "const where = { column, line: row + 1 };",
  },
  {
    file: "model/data/windows.ts",
    find: "const trainingEnd = periods - locked;",
    put: "const trainingEnd = periods;",
  },
  { file: "model/errors.ts", find: "readonly retriable = false", put: "readonly retriable = true" },
  { file: "model/findings.ts", find: "toFiniteOrNull(detail.figure)", put: "detail.figure" },
  { file: "model/fit/attribution.ts", find: "multiplier ** alpha", put: "multiplier * alpha" },
  {
    file: "model/fit/calibration.ts",
    find: "if (from >= to || to > trainRows) continue;",
    put: "if (from >= to) continue;",
  },
  {
    file: "model/fit/contributions.ts",
    find: "total((fit) => fit.baseline)",
    put: "total((fit) => fit.fitted)",
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
  { file: "model/fit/response-curve.ts", find: "spend: multiplier * spend", put: "spend: spend" },
  {
    file: "model/media-types.ts",
    find: "decayPerWeek ** (1 / periodsPerWeek)",
    put: "decayPerWeek / periodsPerWeek",
  },
  { file: "model/monitor.ts", find: "Math.abs(figure) > bound", put: "figure > bound" },
  { file: "model/numbers.ts", find: "share * (sorted.length - 1)", put: "share * sorted.length" },
  {
    file: "model/random.ts",
    find: "((bits[0] ?? 0) ^ Math.imul(bits[1] ?? 0, 0x9e3779b1))",
    put: "(bits[0] ?? 0)",
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
    find: "predicted.push(engine.predict(fold, row) * weight);",
    put: "predicted.push(engine.predict(fold, row) * weight * 1.01);",
  },
  {
    file: "model/results/variance-inflation.ts",
    find: "at(row, column) - share * at(pivot, column)",
    put: "at(row, column) + share * at(pivot, column)",
  },
  {
    file: "model/search/basins.ts",
    find: "descent.run(Math.min(costMax, left))",
    put: "descent.run(costMax)",
  },
  {
    file: "model/search/bounds.ts",
    find: "clamp(low * (high / low) ** share, low, high)",
    put: "clamp(low + (high - low) * share, low, high)",
  },
  {
    file: "model/search/ensemble.ts",
    find: "    parameters[unit.length - 1] = start[unit.length - 1] ?? 0;",
    put: "    parameters[unit.length - 1] = 1;",
  },
  {
    file: "model/search/least-deviations.ts",
    find: "const next = clamp(free, from, to);",
    put: "const next = free;",
  },
  {
    file: "model/search/refine.ts",
    find: "(unit[index] ?? 0) - (learningRate",
    put: "(unit[index] ?? 0) + (learningRate",
  },
  {
    file: "model/search/space.ts",
    find: "0.5 ** (1 / (weeks * perWeek))",
    put: "0.5 ** (1 / (weeks + perWeek))",
  },
  {
    file: "model/search/uncertainty.ts",
    find: "const tail = (1 - level) / 2;",
    put: "const tail = 1 - level;",
  },
  {
    file: "model/simulate/simulation-spec.ts",
    find: "names.indexOf(name) !== index",
    put: "names.indexOf(name) < 0",
  },
  {
    file: "model/transform/slopes.ts",
    find: "(-alpha * byGamma) / gamma",
    put: "(alpha * byGamma) / gamma",
  },
];
