/**
 * `npm run docs:flags`: for each flag a picture of a set where it is raised rightly beside one where it
 * rightly is not, into docs/flags/. Sets of ../shared are left out with a word where they are absent.
 *
 * I1. What is drawn is what `npm run bench:decision` measures: the same evidence at the same seed.
 * I2. Equal evidence gives equal files.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { drawSvg, mark } from "../dashboard/plot.ts";
import type { FlagCode } from "../model/evidence/flags.ts";
import { scoreDecision, type DecisionRow } from "./truth/decision-score.ts";
import { readKnownTruth, type TruthSet } from "./truth/sets.ts";
import { createWorlds } from "./truth/worlds.ts";

const FOLDER = "docs/flags";
const SEED = 7;
const QUIET = "hill_geometric-201";

interface Case {
  /** Where it is raised rightly; null where no set is known. */
  readonly raised: string | null;
  readonly quiet: string;
  readonly axis: string;
}

/** The sets of each flag's picture. */
const CASES: Readonly<Record<FlagCode, Case>> = {
  placebo_in_time: {
    raised: "demand_driven-201",
    quiet: QUIET,
    axis: "t of next week's spend",
  },
  spend_follows_demand: {
    raised: "demand_driven-202",
    quiet: QUIET,
    axis: "elasticity, lower end",
  },
  forms_disagree: {
    raised: null,
    quiet: QUIET,
    axis: "P(gain) by the kinder of two other forms",
  },
  unstable: {
    raised: "own10_multiplicative",
    quiet: QUIET,
    axis: "earlier weeks that advised the opposite",
  },
  not_recovered: { raised: null, quiet: QUIET, axis: "share of intervals that hold the truth" },
  channels_inseparable: {
    raised: "correlated-202",
    quiet: QUIET,
    axis: "correlation of media columns",
  },
  nothing_learnt: {
    raised: "multiplicative-201",
    quiet: QUIET,
    axis: "distance of ROI before and after the data",
  },
  hidden_confounder: {
    raised: "break-201",
    quiet: QUIET,
    axis: "strength that makes the advice wrong",
  },
};

function findSets(names: readonly string[]): ReadonlyMap<string, TruthSet> {
  const worlds = createWorlds({ count: 2, first: 201 });
  const sets = [...worlds, ...readKnownTruth(names)].filter(({ name }) => names.includes(name));
  return new Map(sets.map((set) => [set.name, set]));
}

interface Dot {
  readonly subject: string;
  readonly value: number;
  readonly limit: number;
  readonly raised: boolean;
  readonly panel: string;
}

function listDots(code: FlagCode, row: DecisionRow | undefined, panel: string): Dot[] {
  const flags = (row?.flags ?? []).filter((one) => one.code === code);
  // A figure about the whole model beside figures of channels is another measure.
  const ofChannels = flags.filter(({ channels }) => channels.length > 0);
  const shown = code === "forms_disagree" || ofChannels.length === 0 ? flags : ofChannels;
  return shown.map(({ channels, value, limit, raised }) => ({
    subject: code === "forms_disagree" || channels.length === 0 ? "the plan" : channels.join(" · "),
    value,
    limit,
    raised,
    panel,
  }));
}

const RAISED = "#b3261e";
const NOT_RAISED = "#52606d";

function drawFlag(code: FlagCode, rows: ReadonlyMap<string, DecisionRow>): string {
  const { raised, quiet, axis } = CASES[code];
  const dots = [
    ...(raised === null ? [] : listDots(code, rows.get(raised), `raised: ${raised}`)),
    ...listDots(code, rows.get(quiet), `not raised: ${quiet}`),
  ];
  const subjects = new Set(dots.map(({ subject }) => subject)).size;
  const place = { y: "subject", fx: "panel" } as const;
  const svg = drawSvg(
    {
      width: 760,
      height: 90 + 20 * subjects,
      marginLeft: 110,
      x: { label: axis, nice: true },
      y: { label: null },
      fx: { label: null, domain: [...new Set(dots.map(({ panel }) => panel))] },
      marks: [
        mark.gridX({ stroke: "#e4e7eb" }),
        mark.tickX(dots, { ...place, x: "limit", stroke: "#b26a00", strokeWidth: 2 }),
        mark.dot(dots, {
          ...place,
          x: "value",
          r: 4,
          fill: (dot: Dot) => (dot.raised ? RAISED : NOT_RAISED),
        }),
      ],
    },
    `${code}: figures of each channel and the limit`,
  );
  return `${svg.text}\n`;
}

const codes = Object.keys(CASES) as FlagCode[];
const wanted = [
  ...new Set(codes.flatMap((code) => [CASES[code].raised ?? QUIET, CASES[code].quiet])),
];
const sets = findSets(wanted);
for (const name of wanted) if (!sets.has(name)) console.error(`${name} is not there: left out`);
const rows = new Map([...sets].map(([name, set]) => [name, scoreDecision(set, SEED)]));
mkdirSync(FOLDER, { recursive: true });
for (const code of codes) {
  writeFileSync(`${FOLDER}/${code}.svg`, drawFlag(code, rows));
  console.log(`${FOLDER}/${code}.svg`);
}
