/**
 * `npm run bench:governed`: how far does the published ROI move from the truth when an agent may tune,
 * without governance, as products do today, and here (`truth/governed.ts`).
 *
 *   --sets known-truth,worlds   which (default both)
 *   --only NAME,...             some of them
 *   --worlds N --first N        seeds per kind of world (1) and the first of them (1)
 *   --seeds N,...               of the agents (1,2,3)
 *   --evaluations N             per agent and way (3000)
 *   --out FILE                  rows, one JSON a line, appended as they come; sets in it are not run again
 *   --picture FILE              SVG; a PNG beside it (default docs/governed-tuning.svg when nothing is left out)
 */

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadPngWriter } from "../infra/picture-png.ts";
import { drawGoverned } from "./truth/governed-picture.ts";
import type { GovernedRow } from "./truth/governed.ts";
import { runGoverned, totalGoverned, WAYS } from "./truth/governed.ts";
import type { TruthSet } from "./truth/sets.ts";
import { readKnownTruth } from "./truth/sets.ts";
import { createWorlds } from "./truth/worlds.ts";

const { values: asked } = parseArgs({
  options: {
    sets: { type: "string", default: "known-truth,worlds" },
    only: { type: "string" },
    worlds: { type: "string", default: "1" },
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "1,2,3" },
    evaluations: { type: "string", default: "3000" },
    out: { type: "string" },
    picture: { type: "string" },
  },
});

const only = asked.only?.split(",") ?? [];
const budget = {
  seeds: asked.seeds.split(",").map(Number),
  evaluations: Number(asked.evaluations),
};

function listSets(): TruthSet[] {
  const groups = asked.sets.split(",");
  const known = groups.includes("known-truth") ? readKnownTruth(only) : [];
  const worlds = groups.includes("worlds")
    ? createWorlds({ count: Number(asked.worlds), first: Number(asked.first) })
    : [];
  return [
    ...known,
    ...worlds.filter(
      ({ kind, name }) => only.length === 0 || only.includes(kind) || only.includes(name),
    ),
  ];
}

function readRows(file: string | undefined): Map<string, GovernedRow> {
  if (file === undefined || !existsSync(file)) return new Map();
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line) as GovernedRow).map((row) => [row.set, row]));
}

/** Errors of all seeds, smallest first. */
function formatErrors(row: GovernedRow, way: (typeof WAYS)[number]): string {
  const errors = row.ways[way].map(({ error }) => error).toSorted((a, b) => a - b);
  return errors
    .map((error) => error.toFixed(2))
    .join(" ")
    .padStart(20);
}

const earlier = readRows(asked.out);
console.log(
  `${"set".padEnd(26)} untuned: point  here${WAYS.map((way) => `${way}: errors by seed`.padStart(21)).join("")}`,
);
const rows = listSets().map((set) => {
  const row = earlier.get(set.name) ?? runGoverned(set, budget);
  if (!earlier.has(set.name) && asked.out !== undefined)
    appendFileSync(asked.out, `${JSON.stringify(row)}\n`);
  const { point, here } = row.untuned;
  console.log(
    `${row.set.padEnd(26)} ${point.toFixed(2).padStart(14)} ${here.toFixed(2).padStart(5)} ${WAYS.map((way) => formatErrors(row, way)).join(" ")}`,
  );
  return row;
});

for (const group of [
  rows,
  ...["known-truth", "worlds"].map((name) =>
    rows.filter(({ kind }) => (kind === "known-truth") === (name === "known-truth")),
  ),
]) {
  if (group.length === 0) continue;
  console.log(
    `\n${group.length} sets · way, median error untuned → tuned, mean (capped at 1.5), moved, seeds apart, runs worse than untuned, wMAPE on locked weeks`,
  );
  for (const way of WAYS) {
    const total = totalGoverned(group, way);
    console.log(
      `${way.padEnd(6)} ${total.median_untuned.toFixed(3)} → ${total.median_error.toFixed(3)} · ${total.mean_error.toFixed(3)} · ${total.median_moved.toFixed(3)} · ${total.median_apart.toFixed(3)} · ${total.worse} of ${total.runs} · ${total.median_held.toFixed(4)}`,
    );
  }
}

const picture =
  asked.picture ?? (asked.only === undefined ? "docs/governed-tuning.svg" : undefined);
if (picture !== undefined && rows.length > 0) {
  const svg = drawGoverned(rows);
  writeFileSync(picture, svg);
  const png = await loadPngWriter();
  writeFileSync(picture.replace(/\.svg$/, ".png"), png(svg));
  console.log(`\npicture: ${picture}`);
}
