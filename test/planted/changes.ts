/** All planted changes, one for each source that has a test at the same path. */
import type { PlantedChange } from "./change.ts";
import { GUARD_CHANGES } from "./changes/guard.ts";
import { MODEL_CHANGES } from "./changes/model.ts";
import { SCHEMAS_CHANGES } from "./changes/schemas.ts";

export const PLANTED_CHANGES: readonly PlantedChange[] = [
  ...GUARD_CHANGES,
  ...MODEL_CHANGES,
  ...SCHEMAS_CHANGES,
];
