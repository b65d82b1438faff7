/** Planted changes to `producers/`. */
import type { PlantedChange } from "../change.ts";

export const PRODUCERS_CHANGES: readonly PlantedChange[] = [
  {
    file: "producers/publish.ts",
    find: "  if (inbox.length > 0) await log.append(inbox);\n  if (rest.length > 0) await log.append(rest);",
    put: "  if (rest.length > 0) await log.append(rest);\n  if (inbox.length > 0) await log.append(inbox);",
  },
  {
    file: "producers/request.ts",
    find: "${input.producer}/${event.type}/${input.key}",
    put: "${input.producer}/${event.type}",
  },
];
