/** Planted changes to `session/`. */
import type { PlantedChange } from "../change.ts";

export const SESSION_CHANGES: readonly PlantedChange[] = [
  {
    file: "session/audit.ts",
    find: "head = parsed.data.hash;",
    put: "head = parsed.data.prev;",
  },
  {
    file: "session/chain.ts",
    find: "const digests = [at.prev, ",
    put: 'const digests = [computeSha256(""), ',
  },
  { file: "session/decide.ts", find: "  if (hasSeenEvent(state, event)) return [];", put: "" },
  {
    file: "session/endings.ts",
    find: "const count = countRefusals(state, item, content);",
    put: "const count = item.rejections + 1;",
  },
  {
    file: "session/escalation-view.ts",
    find: 'status: open ? "open"',
    put: 'status: open ? "over"',
  },
  {
    file: "session/gain.ts",
    find: "(folds - 1) / folds",
    put: "folds / folds",
  },
  {
    file: "session/language-model.ts",
    find: "usage.cacheWrite5m + usage.cacheWrite1h",
    put: "usage.cacheWrite5m",
  },
  { file: "session/quote.ts", find: "text.length > chars ? `", put: "text.length > 9 * chars ? `" },
  {
    file: "session/rederive.ts",
    find: "    if (!NOT_DERIVED.has(event.type)) {",
    put: "    {",
  },
  {
    file: "session/state.ts",
    find: "id.slice(0, 8) + id.slice(9, 13)",
    put: "id.slice(0, 12)",
  },
  {
    file: "session/summary.ts",
    find: 'state.wait?.for === "person"',
    put: 'state.wait?.for !== "person"',
  },
  {
    file: "session/waiting/retry.ts",
    find: "tries < triesMax",
    put: "tries <= triesMax",
  },
  {
    file: "session/waiting/wakeup.ts",
    find: "    if (woken.aborted) this.#waking = new AbortController();\n",
    put: "",
  },
  {
    file: "session/work-context.ts",
    find: "/** The candidate's configuration. */\n  config: z.string().min(1),",
    put: "config: z.string(),",
  },
  {
    file: "session/work-item.ts",
    find: "rejections: before?.rejections ?? 0",
    put: "rejections: 0",
  },
];
