/** Planted changes to `schemas/`. */
import type { PlantedChange } from "../change.ts";

export const SCHEMAS_CHANGES: readonly PlantedChange[] = [
  {
    file: "schemas/csv.ts",
    find: "FORMULA.test(cell)",
    put: "cell === FORMULA.source",
  },
  {
    file: "schemas/strict-json.ts",
    find: "if (cursor.at < text.length) {",
    put: "if (cursor.at < 0) {",
  },
  {
    file: "schemas/json-refused.ts",
    find: "this.path = where.path;",
    put: "this.path = where.evidence;",
  },
  {
    file: "schemas/quote.ts",
    find: "SAFE.test(character) && !RISKY.has(character)",
    put: "SAFE.test(character)",
  },
  { file: "schemas/avro.ts", find: "  if (seen.has(named.name)) return named.name;", put: "" },
  {
    file: "schemas/bounded-cache.ts",
    find: "  cache.set(key, made);\n",
    put: "",
  },
  {
    file: "schemas/canonical.ts",
    find: "if (!value.isWellFormed()) {",
    put: 'if (value === "never") {',
  },
  { file: "schemas/codec.ts", find: "  if (!exact) assertValid(row, event.data);", put: "" },
  { file: "schemas/errors.ts", find: 'text.replace(/\\s+/g, " ").trim()', put: "text.trim()" },
  { file: "schemas/event.ts", find: "& 0x3) | 0x8)", put: "& 0x7) | 0x8)" },
  {
    file: "schemas/exact.ts",
    find: 'typeof value === "number" && (value | 0) === value &&',
    put: 'typeof value === "number" &&',
  },
  { file: "schemas/fingerprint.ts", find: "step < 8", put: "step < 7" },
  {
    file: "schemas/headers.ts",
    find: "if (value.length > ATTACHMENT_CHARS_MAX) {",
    put: "if (value.length > 9 * ATTACHMENT_CHARS_MAX) {",
  },
  {
    file: "schemas/number-text.ts",
    find: "(fraction * 100).toFixed",
    put: "(fraction * 10).toFixed",
  },
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
  {
    file: "schemas/deployment.ts",
    find: "budget?.figures[name] ?? null",
    put: "forecast?.figures[name] ?? null",
  },
  {
    file: "schemas/evidence.ts",
    find: "probability: z.number().min(0).max(1)",
    put: "probability: z.number().min(0)",
  },
  {
    file: "schemas/written-data.ts",
    find: "delete kept[name];",
    put: "kept[name] = value[name];",
  },
];
