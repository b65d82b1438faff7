/**
 * ARCHITECTURE's "one event's way": a path through files, each one call from the one before.
 *
 *   `a` → `b`    a imports b
 *   `a` ⇢ `b`    a is handed b behind a port: b implements what a declares, or `app/` imports both
 *   , `c`        called from where the one before was called from
 */
import { listImports, resolveImport, type Source } from "./tree-law.ts";

interface Step {
  readonly from: string;
  readonly arrow: "→" | "⇢";
  readonly to: string;
}

/** What does not hold in the table, each one line; a table without a step is one complaint. */
export function findWayComplaints(architecture: string, files: readonly Source[]): string[] {
  const imports = new Map(
    files.map(({ path, text }) => [
      path,
      new Set(listImports(text).map((target) => resolveImport(path, target))),
    ]),
  );
  const steps = listRows(architecture).flatMap(listSteps);
  if (steps.length === 0) return ["the table names no steps"];
  const composed = new Set(
    [...imports].filter(([path]) => path.startsWith("app/")).flatMap(([, targets]) => [...targets]),
  );
  return steps.flatMap(({ from, arrow, to }) => {
    const missing = [from, to].filter((path) => !imports.has(path));
    if (missing.length > 0) return missing.map((path) => `${path} is not there`);
    const calls = imports.get(from)?.has(to) === true;
    const handed = imports.get(to)?.has(from) === true || (composed.has(from) && composed.has(to));
    const holds = arrow === "→" ? calls : handed;
    return holds ? [] : [`${from} ${arrow} ${to}: no such call`];
  });
}

/** The cells of "from file to file". */
function listRows(architecture: string): string[] {
  const [, section = ""] = architecture.split(/^## 3 One event's way.*$/m);
  const [table = ""] = section.split(/^## /m);
  return [...table.matchAll(/^\| \d[^|]*\|([^|]*)\|/gm)].map(([, cell = ""]) => cell);
}

function listSteps(cell: string): Step[] {
  const steps: Step[] = [];
  let caller = "";
  let last = "";
  let arrow: Step["arrow"] = "→";
  for (const [token, path] of cell.matchAll(/`([^`]+)`|[→⇢,]/g)) {
    if (path === undefined) {
      if (token === "→" || token === "⇢") arrow = token;
      else last = caller;
      continue;
    }
    if (last !== "") steps.push({ from: last, arrow, to: path });
    caller = last;
    last = path;
    arrow = "→";
  }
  return steps;
}
