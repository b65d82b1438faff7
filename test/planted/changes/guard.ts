/** Planted changes to `guard/`. */
import type { PlantedChange } from "../change.ts";

export const GUARD_CHANGES: readonly PlantedChange[] = [
  {
    file: "guard/tokens/clearance.ts",
    find: "const wanted = { session, proposal, spec_digest,",
    put: "const wanted = { spec_digest,",
  },
];
