/** Planted changes to `model/search/`. */
import type { PlantedChange } from "../change.ts";

export const MODEL_SEARCH_CHANGES: readonly PlantedChange[] = [
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
  { file: "model/search/descent.ts", find: "-Math.min(radius, value)", put: "-radius" },
  {
    file: "model/search/differential-evolution.ts",
    find: "    if (loss > parent.loss) return parent;",
    put: "",
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
    file: "model/search/search.ts",
    find: "const parameters = improved ? rounded : space.start;",
    put: "const parameters = improved ? space.start : rounded;",
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
];
