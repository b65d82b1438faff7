/**
 * What a draft was made of, for people: the table on the terminal and the page beside the files.
 *
 * I1. Words from the data file are escaped and cut: a column's name cannot write to a terminal or a page.
 */
import { findMediaType } from "../../app/draft/baseline.ts";
import { escapeText } from "../../session/quote.ts";
import type { ChannelGuess } from "../../tables/roles/channels.ts";
import type { Part } from "../../tables/roles/column-role.ts";
import type { Roles } from "../../tables/roles/guess.ts";
import type { WeekLabel } from "../../tables/roles/week-label.ts";
import type { DataTable } from "../../tables/table.ts";
import type { DataReport } from "../../tables/check/inspect.ts";
import { formatTable } from "./table.ts";

/** All that a draft rests on. */
export interface DraftGrounds {
  readonly file: string;
  /** The wide form of the file. */
  readonly table: DataTable;
  readonly roles: Roles;
  readonly week: WeekLabel;
  readonly unit: string;
  /** What a check before modelling says of the file. */
  readonly check: DataReport;
  /** Why `mmm run` would refuse it; null where it would not. */
  readonly obstacle: string | null;
}

const NAME_CHARS = 32;
const WHY_CHARS = 60;

const PART_WORDS: Readonly<Record<Part, string>> = {
  date: "date",
  geo: "geo",
  target: "target",
  target_multiplier: "× target",
  spend: "spend of",
  exposure: "exposure of",
  organic: "organic",
  control: "control",
  event: "event",
  left_out: "–",
};

function quoteName(text: string, chars = NAME_CHARS): string {
  return escapeText(text, chars).slice(0, chars);
}

interface RoleLine {
  readonly column: string;
  readonly part: string;
  readonly why: string;
}

function listRoleLines({ roles }: DraftGrounds): RoleLine[] {
  const media = new Map(roles.channels.map((one) => [one.name, one]));
  return roles.columns.map(({ column, part, channel, why, sure }) => {
    const of = channel === null ? undefined : media.get(channel);
    const named = of === undefined ? PART_WORDS[part] : `${PART_WORDS[part]} ${of.name}`;
    const kind = of !== undefined && part === "spend" ? describeMedium(of) : "";
    return { column, part: named, why: `${sure ? "" : "? "}${why}${kind}` };
  });
}

function describeMedium({ medium, mediumKnown }: ChannelGuess): string {
  const type = findMediaType(medium);
  if (!mediumKnown) return `; kind of medium not known: ${type}`;
  return `; ${medium === type ? type : `${medium.replace("_", " ")}, modelled as ${type}`}`;
}

/** The table on the terminal, with what was done to read the file. */
export function formatDraft(grounds: DraftGrounds): string {
  const rows = listRoleLines(grounds).map(({ column, part, why }) => [
    quoteName(column),
    part,
    why.slice(0, WHY_CHARS + 20),
  ]);
  const doubts = grounds.roles.columns.filter(({ sure }) => !sure).length;
  const asked = doubts === 0 ? [] : [`? ${doubts} to look at; correct them in baseline_model.json`];
  return [
    describeFile(grounds),
    ...listReadingNotes(grounds).map((note) => `  ${note}`),
    "",
    formatTable(["column", "taken for", "because"], rows),
    "",
    ...asked,
    ...listProblems(grounds).map((problem) => `! ${problem}`),
  ].join("\n");
}

function describeFile({ file, table, roles }: DraftGrounds): string {
  const { layout, dialect, rows } = table;
  const geos = new Set(table.columns.find(({ name }) => name === layout.geo)?.texts).size;
  const panel = layout.geo === null ? "" : ` of ${geos} geos`;
  const form = [dialect.container, dialect.separator === ";" ? "semicolons" : ""].filter(Boolean);
  return (
    `${quoteName(file, 100)} (${form.join(", ")}): ${rows} ${layout.frequency ?? "irregular"} rows${panel}, ` +
    `${roles.channels.length} channels`
  );
}

function listReadingNotes({ table, week }: DraftGrounds): string[] {
  const { dialect, layout } = table;
  return [
    ...(dialect.decimal === "comma" ? ["decimal commas"] : []),
    ...(layout.frequency === "weekly"
      ? [`a week's date is its ${week.label === "end" ? "last" : "first"} day: ${week.why}`]
      : []),
    ...table.notes.map(({ message }) => escapeText(message, 200)),
  ];
}

/** Long format and panels are read as they are: what the reader says of them is no problem here. */
const HANDLED: ReadonlySet<string> = new Set(["long_format", "several_rows_per_date"]);
const PROBLEMS_SHOWN = 12;
/** Media come in bursts: no reason to doubt a channel, and `mmm data check` lists them. */
const BURST = /^unusual spend/;
/** Robyn's rule of thumb: ten observations an independent variable. */
const ROWS_PER_TERM_MIN = 10;

function listProblems({ check }: DraftGrounds): string[] {
  const open = check.problems.filter(
    ({ code, severity }) => severity === "error" || !HANDLED.has(code),
  );
  const shown = open
    .slice(0, PROBLEMS_SHOWN)
    .map(({ message, remedy }) => `${escapeText(message, 300)}; ${escapeText(remedy, 200)}`);
  const more = open.length - shown.length;
  const rest = more > 0 ? [`and ${more} more: mmm data check`] : [];
  return [...shown, ...rest, ...listUnready(check)];
}

/** Channels whose effect the data can hardly tell, and a history that is short for so many columns. */
function listUnready({ channels, rows_per_term: rows }: DataReport): string[] {
  const few =
    rows < ROWS_PER_TERM_MIN
      ? [`${rows.toFixed(1)} rows for each term of the model: fewer controls, or a longer history`]
      : [];
  const unready = channels
    .map((one) => ({ ...one, reasons: one.reasons.filter((why) => !BURST.test(why)) }))
    .filter(({ readiness, reasons }) => readiness !== "ready" && reasons.length > 0)
    .map(({ channel, readiness, reasons }) => {
      const verdict = readiness === "not_ready" ? "NOT READY, " : "";
      return `${channel}: ${verdict}${escapeText(reasons.join("; "), 200)}`;
    });
  return [...few, ...unready];
}

/** The page beside the files. */
export function writeDraftReadme(grounds: DraftGrounds): string {
  const { roles, unit, obstacle, week, table } = grounds;
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("`", "'");
  const rows = listRoleLines(grounds).map(
    ({ column, part, why }) => `| \`${cell(quoteName(column, 80))}\` | ${part} | ${cell(why)} |`,
  );
  const notes = [...listReadingNotes(grounds), ...listProblems(grounds)];
  const choices = [
    `- **Target.** \`${cell(findTarget(grounds))}\`; ${roles.targets.length > 1 ? `others that could be it: ${roles.targets.slice(0, 8).map(cell).join(", ")}. Take another with \`mmm init … --target COLUMN --force\`.` : "the only column named so."}`,
    `- **Week.** ${table.layout.frequency === "weekly" ? `Dates are taken for the ${week.label === "end" ? "last" : "first"} day of a week (${week.why}); \`--week-label start|end\` says otherwise.` : "The dates are not weekly."}`,
    "- **Media types** give each channel its range of carryover and its benchmarks: correct `media_type` where it is wrong.",
    "- **Exposure** (impressions, clicks) is what the effect is modelled on; take the line out and the spend is used.",
    "- **Controls.** What drives both spend and target has to be among them; what the media cause (site visits, brand searches) must not.",
    `- **Business.** \`business_context.json\`: unit "${cell(unit)}", currency ${roles.currency ?? "not seen in the data (EUR unless you say)"}; success criteria and benchmarks are the defaults until you state your own.`,
  ];
  return [
    "# What mmm init decided",
    "",
    `${cell(describeFile(grounds))}.`,
    ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `- ${cell(note)}`)]),
    "",
    "| column | taken for | because |",
    "|---|---|---|",
    ...rows,
    "",
    "A `?` marks a guess that you should look at.",
    "",
    ...choices,
    "",
    obstacle === null
      ? "Next: `mmm run`, then `mmm report`. `mmm explain TERM` says what a word means."
      : `Before \`mmm run\`: ${cell(obstacle)}`,
    "",
  ].join("\n");
}

function findTarget({ roles }: DraftGrounds): string {
  return roles.columns.find(({ part }) => part === "target")?.column ?? "";
}
