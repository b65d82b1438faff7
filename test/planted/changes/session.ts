/** Planted changes to `session/`. */
import type { PlantedChange } from "../change.ts";

export const SESSION_CHANGES: readonly PlantedChange[] = [
  { file: "session/decide.ts", find: "  if (hasSeenEvent(state, event)) return [];", put: "" },
  {
    file: "session/escalation-view.ts",
    find: 'status: open ? "open"',
    put: 'status: open ? "over"',
  },
  { file: "session/quote.ts", find: "text.length > chars ? `", put: "text.length > 9 * chars ? `" },
];
