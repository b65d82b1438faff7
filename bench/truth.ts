/**
 * `npm run bench:truth`: the posterior on data sets whose truth is known.
 *
 *   --sets known-truth,worlds   which (default both); `calibration`: simulation-based calibration;
 *                               `speed`: processor time of Robyn's set and two large ones
 *   --replications N            of the calibration (default 200)
 *   --only NAME,...             some of them
 *   --seed N                    of the sampler (default 7)
 *   --worlds N                  seeds per kind of world (default 2), --first N first of them (1)
 *   --priors FILE --profile FILE  JSON with entries to replace
 *   --export FOLDER             one file a set for bench/peers/posterior_nuts.py
 *   --out FILE                  rows as JSON
 */

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { samplePosterior } from "../model/posterior/posterior.ts";
import type { Priors } from "../model/posterior/priors.ts";
import { mergePriors } from "../model/posterior/priors.ts";
import type { Profile } from "../model/posterior/profile.ts";
import { computeResponses } from "../model/posterior/responses.ts";
import { exportPosterior } from "./truth/export.ts";
import { calibrate, calibrationInputs } from "./truth/calibration.ts";
import type { Row } from "./truth/score.ts";
import { formatRow, formatTotals, scoreSet, totalRows } from "./truth/score.ts";
import type { TruthSet } from "./truth/sets.ts";
import { readKnownTruth } from "./truth/sets.ts";
import { measureSpeed } from "./truth/speed.ts";
import { createWorlds } from "./truth/worlds.ts";

const { values: asked } = parseArgs({
  options: {
    sets: { type: "string", default: "known-truth,worlds" },
    only: { type: "string" },
    seed: { type: "string", default: "7" },
    worlds: { type: "string", default: "2" },
    first: { type: "string", default: "1" },
    priors: { type: "string" },
    profile: { type: "string" },
    sampler: { type: "string" },
    out: { type: "string" },
    export: { type: "string" },
    replications: { type: "string", default: "200" },
    quiet: { type: "boolean", default: false },
  },
});

const readPart = (text: string | undefined): object =>
  text === undefined
    ? {}
    : (JSON.parse(text.startsWith("{") ? text : readFileSync(text, "utf8")) as object);
const priors = mergePriors(readPart(asked.priors) as Partial<Priors>);
const profile = readPart(asked.profile) as Partial<Profile>;
const sampler = readPart(asked.sampler);
const only = asked.only?.split(",") ?? [];
const groups = asked.sets.split(",");

function scoreOne(set: TruthSet): Row {
  const before = process.cpuUsage();
  const posterior = samplePosterior(set.dataset, set.config, {
    seed: Number(asked.seed),
    priors,
    profile: { ...set.profile, ...profile },
    ...(Object.keys(sampler).length > 0 && { sampler }),
  });
  const responses = computeResponses(posterior.inputs, posterior.draws);
  if (asked.export !== undefined) exportPosterior(`${asked.export}/${set.name}.json`, posterior);
  const used = process.cpuUsage(before);
  const row = scoreSet(set, { posterior, responses, seconds: (used.user + used.system) / 1e6 });
  if (!asked.quiet) console.log(formatRow(row));
  return row;
}

function runGroup(name: string, sets: readonly TruthSet[]): Row[] {
  if (sets.length === 0) return [];
  if (!asked.quiet) {
    console.log(
      "\nset                         error covered  width lift ±30%  P(+)  R-hat   ESS processor",
    );
  }
  const rows = sets.map(scoreOne);
  console.log(formatTotals(name, totalRows(rows)));
  for (const kind of new Set(rows.map((row) => row.kind))) {
    const own = rows.filter((row) => row.kind === kind);
    if (own.length < rows.length && !asked.quiet)
      console.log(`  ${formatTotals(kind, totalRows(own))}`);
  }
  return rows;
}

const rows: Row[] = [];
if (groups.includes("known-truth")) rows.push(...runGroup("known-truth", readKnownTruth(only)));
if (groups.includes("worlds")) {
  const worlds = createWorlds({ count: Number(asked.worlds), first: Number(asked.first) });
  rows.push(
    ...runGroup(
      "worlds",
      worlds.filter(({ kind }) => only.length === 0 || only.includes(kind)),
    ),
  );
}
if (groups.includes("calibration")) {
  const { chi_squares: chi, bias } = calibrate(calibrationInputs(), {
    replications: Number(asked.replications),
    seed: Number(asked.seed),
  });
  console.log(
    `\ncalibration, ${asked.replications} replications: χ² of ten bins, bias in standard errors`,
  );
  for (const [name, value] of Object.entries(chi)) {
    console.log(
      `${name.padEnd(26)} ${value.toFixed(1).padStart(6)} ${(bias[name] ?? 0).toFixed(2).padStart(6)}`,
    );
  }
}
if (groups.includes("speed")) measureSpeed(Number(asked.seed), only);
if (asked.out !== undefined) writeFileSync(asked.out, `${JSON.stringify(rows, null, 1)}\n`);
