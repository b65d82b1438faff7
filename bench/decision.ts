/**
 * `npm run bench:decision`: are the flags and the budget decision worth their words?
 *
 *   --sets known-truth,worlds   which (default known-truth)
 *   --only NAME,...             some of them
 *   --worlds N --first N        seeds per kind of world (2) and the first of them (1)
 *   --seed N                    of the session (7)
 *   --out FILE                  rows, one JSON a line, appended as they come; sets in it are not run again
 *
 * The core alone: posterior, evidence, decision; no session and no forecast.
 */

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { DecisionRow } from "./truth/decision-score.ts";
import { formatDecision, formatFlags, formatTotal, scoreDecision } from "./truth/decision-score.ts";
import type { TruthSet } from "./truth/sets.ts";
import { readKnownTruth } from "./truth/sets.ts";
import { createWorlds } from "./truth/worlds.ts";

const { values: asked } = parseArgs({
  options: {
    sets: { type: "string", default: "known-truth" },
    only: { type: "string" },
    worlds: { type: "string", default: "2" },
    first: { type: "string", default: "1" },
    seed: { type: "string", default: "7" },
    out: { type: "string" },
  },
});

const only = asked.only?.split(",") ?? [];

function listSets(): TruthSet[] {
  const groups = asked.sets.split(",");
  const known = groups.includes("known-truth") ? readKnownTruth(only) : [];
  const worlds = groups.includes("worlds")
    ? createWorlds({ count: Number(asked.worlds), first: Number(asked.first) })
    : [];
  const wanted = worlds.filter(
    ({ kind, name }) => only.length === 0 || only.includes(kind) || only.includes(name),
  );
  return [...known, ...wanted];
}

function readRows(file: string | undefined): Map<string, DecisionRow> {
  if (file === undefined || !existsSync(file)) return new Map();
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line) as DecisionRow).map((row) => [row.set, row]));
}

const earlier = readRows(asked.out);
console.log(
  "set                         P(+) gain loss lift ±30 %  budget use               flags that stop",
);
const rows = listSets().map((set) => {
  const row = earlier.get(set.name) ?? scoreDecision(set, Number(asked.seed));
  if (!earlier.has(set.name) && asked.out !== undefined) {
    appendFileSync(asked.out, `${JSON.stringify(row)}\n`);
  }
  console.log(formatDecision(row));
  return row;
});
if (rows.length > 0) {
  console.log(`\n${formatFlags(rows).join("\n")}\n`);
  for (const least of [0.8, 0.9, 0.95]) console.log(formatTotal(rows, least));
}
