/** Planted changes to `model/`. */
import type { PlantedChange } from "../change.ts";

export const MODEL_CHANGES: readonly PlantedChange[] = [
  {
    file: "model/budget/plans.ts",
    find: "(1 + range) * today] as const",
    put: "(2 + range) * today] as const",
  },
  {
    file: "model/budget/groups.ts",
    find: "const high = Math.min(group.high,",
    put: "const high = Math.max(group.high,",
  },
  {
    file: "model/budget/climb.ts",
    find: "if (!fits(spends)) return;",
    put: "",
  },
  {
    file: "model/monitoring/tails.ts",
    find: "if (tail(middle) > rate) low = middle;",
    put: "if (tail(middle) < rate) low = middle;",
  },
  {
    file: "model/monitoring/block-test.ts",
    find: "computeDotProduct(white, white, periods) / periods, variance",
    put: "computeDotProduct(white, white, periods) / periods, 2 * variance",
  },
  {
    file: "model/monitoring/chance-limits.ts",
    find: "FALSE_ALARMS.warn / FAMILY),",
    put: "FALSE_ALARMS.warn),",
  },
  {
    file: "model/monitoring/period-totals.ts",
    find: "const period = Math.floor(row / stride);",
    put: "const period = Math.floor(row / (stride + 1));",
  },
  {
    file: "model/transform/effect-duration.ts",
    find: "if (next <= share)",
    put: "if (next < 0.5 * share)",
  },
  {
    file: "model/allocate.ts",
    find: "range: PLAN_RANGE,",
    put: "range: [1, 1],",
  },
  {
    file: "model/spend-split.ts",
    find: "if (least > total * (1 + 1e-9)) {",
    put: "if (least > Infinity) {",
  },
  {
    file: "model/calendar.ts",
    find: "(year % 4 === 0 && year % 100 !== 0) || year % 400 === 0",
    put: "year % 4 === 0",
  },
  {
    file: "model/config.ts",
    find: 'config.architecture.seasonality.day_of_week && config.data.frequency !== "daily"',
    put: 'config.architecture.seasonality.day_of_week && config.data.frequency === "daily"',
  },
  {
    file: "model/data/dataset.ts",
    find: "rowOfLine[line] = period * geos.length + geoIndex",
    put: "rowOfLine[line] = period * geos.length",
  },
  {
    file: "model/data/design.ts",
    find: "row < scaleEnd; row += 1) sum +=",
    put: "row < values.length; row += 1) sum +=",
  },
  {
    file: "model/data/table.ts",
    find: "const line = table.lines[row] ?? 0;",
    put: "const line = row + 1;",
  },
  {
    file: "model/simulate/trainable.ts",
    find: "createObjective(parseDataset(made.csv, config), config);",
    put: "",
  },
  {
    file: "model/data/windows.ts",
    find: "const trainingEnd = periods - locked;",
    put: "const trainingEnd = periods;",
  },
  {
    file: "model/effects.ts",
    find: "const { hyperparameters: _tuned, training: _settings, ...methodology } = config;",
    put: "const methodology = config;",
  },
  { file: "model/errors.ts", find: "readonly retriable = false", put: "readonly retriable = true" },
  {
    file: "model/evidence/demand.ts",
    find: "t > LEANING_T && elasticity > ELASTICITY_LEAST && ratio > RATIO_LEAST",
    put: "t > LEANING_T || elasticity > ELASTICITY_LEAST || ratio > RATIO_LEAST",
  },
  {
    file: "model/evidence/experiment.ts",
    find: "b.worth - a.worth ||",
    put: "a.worth - b.worth ||",
  },
  { file: "model/findings.ts", find: "toFiniteOrNull(detail.figure)", put: "detail.figure" },
  {
    file: "model/lift-tests.ts",
    find: "start >= begin(0) && end < begin(periods)",
    put: "end < begin(periods)",
  },
  {
    file: "model/locked-test.ts",
    find: "locked !== null && bound !== null && locked > bound",
    put: "locked !== null && bound !== null && locked < bound",
  },
  {
    file: "model/media-types.ts",
    find: "decayPerWeek ** (1 / periodsPerWeek)",
    put: "decayPerWeek / periodsPerWeek",
  },
  {
    file: "model/metrics.ts",
    find: "toFiniteOrNull(relative / rows)",
    put: "toFiniteOrNull(relative)",
  },
  { file: "model/monitor.ts", find: "last < 0 || periods < 1", put: "last < -1 || periods < -1" },
  { file: "model/numbers.ts", find: "share * (sorted.length - 1)", put: "share * sorted.length" },
  {
    file: "model/predictive.ts",
    find: "const asked = weeks.slice(from - trainingEnd);",
    put: "const asked = weeks.slice(0);",
  },
  {
    file: "model/plausible.ts",
    find: "beyond(value, range) <= beyond(was, range)",
    put: "beyond(value, range) <= 0",
  },
  {
    file: "model/posterior/plans.ts",
    find: "[0.7, 1.3]",
    put: "[0.5, 1.5]",
  },
  {
    file: "model/random.ts",
    find: "((bits[0] ?? 0) ^ Math.imul(bits[1] ?? 0, 0x9e3779b1))",
    put: "(bits[0] ?? 0)",
  },
  {
    file: "model/simulate/simulate.ts",
    find: "base + (noise[period] ?? 0) + sum(",
    put: "base + (noise[period] ?? 0) + 0.9 * sum(",
  },
  {
    file: "model/simulate/simulation-spec.ts",
    find: "names.indexOf(name) !== index",
    put: "names.indexOf(name) < 0",
  },
  {
    file: "model/train.ts",
    find: "roi: own?.roi.median ?? null",
    put: "roi: own?.mroi.median ?? null",
  },
  {
    file: "model/transform/kernels.ts",
    find: "const at = this.#free;",
    put: "const at = this.#end - Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;",
  },
  {
    file: "model/transform/slopes.ts",
    find: "(-alpha * byGamma) / gamma",
    put: "(alpha * byGamma) / gamma",
  },
  { file: "model/transform/transform.ts", find: "  if (!settings.normalized) return 1;", put: "" },
  {
    file: "model/evidence/locked-weeks.ts",
    find: "const actual = totals.slice(-count);",
    put: "const actual = totals.slice(-count - 1, -1);",
  },
];
