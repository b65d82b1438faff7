/** Planted changes to `app/`. */
import type { PlantedChange } from "../change.ts";

export const APP_CHANGES: readonly PlantedChange[] = [
  {
    file: "app/sessions/request-bounds.ts",
    find: "value < min ||",
    put: "value < 0 ||",
  },
  {
    file: "app/draft/baseline.ts",
    find: "if (weeks >= USUAL_WEEKS) return {};",
    put: "if (weeks >= 0) return {};",
  },
  {
    file: "app/draft/examples.ts",
    find: "google/meridian/HEAD/meridian/data/simulated_data/csv/national_media.csv",
    put: "google/meridian/HEAD/meridian/data/simulated_data/csv/geo_media.csv",
  },
  {
    file: "app/draft/folder.ts",
    find: "if (there.length > 0 && !force) {",
    put: "if (there.length > 1 && !force) {",
  },
  {
    file: "app/sessions/find-session.ts",
    find: "Date.parse(b.started) - Date.parse(a.started)",
    put: "Date.parse(b.updated) - Date.parse(a.updated)",
  },
  {
    file: "app/sessions/session-files.ts",
    find: 'if (Object.hasOwn(context, "business_unit")) return context;',
    put: 'if (Object.hasOwn(context, "margin")) return context;',
  },
  {
    file: "app/card-key.ts",
    find: ", { mode: FILE_MODE });",
    put: ");",
  },
  {
    file: "app/data-copies.ts",
    find: "return computeSha256(bytes) === digest ? bytes : null;",
    put: "return bytes;",
  },
  {
    file: "app/compose-claude.ts",
    find: "if (known !== null) return true;",
    put: "if (known !== null) return false;",
  },
  {
    file: "app/guard-check.ts",
    find: "observed_spend: observed !== null",
    put: "observed_spend: false",
  },
  {
    file: "app/history-reader.ts",
    find: "    key: session,\n",
    put: "",
  },
  {
    file: "app/keys.ts",
    find: "return { coordinator: ring(), guard: ring() };",
    put: "const one = ring(); return { coordinator: one, guard: one };",
  },
  {
    file: "app/registry.ts",
    find: 'if (secret === undefined || secret === "") {',
    put: 'if (secret === "never") {',
  },
  {
    file: "app/request.ts",
    find: "(isAbsolute(own) ? own : resolve(dirname(path), own))",
    put: "own",
  },
  {
    file: "app/route-watch.ts",
    find: "    if (alarms.length > 0) observer.drifted(alarms);",
    put: "",
  },
  {
    file: "app/settings.ts",
    find: 'if (value === undefined || value === "") continue;',
    put: "if (value === undefined) continue;",
  },
  {
    file: "app/until-idle.ts",
    find: "open.length === 0 && (await observed.waiting()) === 0",
    put: "open.length === 0 || (await observed.waiting()) === 0",
  },
];
