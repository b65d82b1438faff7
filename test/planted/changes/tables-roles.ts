/** Planted changes to `tables/roles/`. */
import type { PlantedChange } from "../change.ts";

export const TABLES_ROLES_CHANGES: readonly PlantedChange[] = [
  {
    file: "tables/roles/channels.ts",
    find: "if (stated.length > 0) return stated;",
    put: "if (stated.length > 99) return stated;",
  },
  {
    file: "tables/roles/guess.ts",
    find: 'say(name, "left_out", "another outcome, not a cause", target.sure);',
    put: 'say(name, "control", "another outcome, not a cause", target.sure);',
  },
  {
    file: "tables/roles/names.ts",
    find: 'name === "constructor" || name === "prototype"',
    put: 'name === "prototype"',
  },
  {
    file: "tables/roles/target.ts",
    find: '["revenue", "units", "unknown", "profit"]',
    put: '["units", "revenue", "unknown", "profit"]',
  },
  {
    file: "tables/roles/values.ts",
    find: "if (step === 0 || values.length",
    put: "if (step !== 0 || values.length",
  },
  {
    file: "tables/roles/week-label.ts",
    find: 'weekday === "Sunday" || weekday === "Saturday"',
    put: 'weekday === "Sunday"',
  },
  {
    file: "tables/roles/words.ts",
    find: "words.find(([, pattern])",
    put: "words.findLast(([, pattern])",
  },
];
