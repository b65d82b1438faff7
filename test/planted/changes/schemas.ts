/** Planted changes to `schemas/`. */
import type { PlantedChange } from "../change.ts";

export const SCHEMAS_CHANGES: readonly PlantedChange[] = [
  { file: "schemas/avro.ts", find: "  if (seen.has(named.name)) return named.name;", put: "" },
  { file: "schemas/errors.ts", find: 'text.replace(/\\s+/g, " ").trim()', put: "text.trim()" },
  {
    file: "schemas/parts.ts",
    find: 'symbols: ["UNKNOWN", "rules", "signature",',
    put: 'symbols: ["rules", "signature",',
  },
  {
    file: "schemas/topics.ts",
    find: '    events: ["TrainingRequested", "LockedTestRequested"],',
    put: '    events: ["TrainingRequested"],',
  },
];
