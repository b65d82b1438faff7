/**
 * Results side by side: decisions, errors, returns with intervals, configuration, digests.
 *
 * I1. Every figure is the one that the results publish.
 */
import { MmmError } from "../../schemas/errors.ts";
import { formatPercent } from "../../schemas/number-text.ts";
import type { SessionResults } from "../../session/results.ts";
import { formatFigure } from "./format.ts";
import { formatTable } from "./table.ts";

interface ComparedRow {
  readonly name: string;
  readonly group: "outcome" | "error" | "return" | "configuration" | "digest";
  readonly values: readonly ComparedValue[];
  readonly differs: boolean;
}

type ComparedValue =
  | string
  | number
  | null
  | { readonly low: number; readonly median: number; readonly high: number };

export interface Comparison {
  readonly sessions: readonly string[];
  readonly rows: readonly ComparedRow[];
}

/** A results document from a file. Throws `config_invalid`. */
export function requireResults(value: unknown, name: string): SessionResults {
  const { session, validation, methodology } = (value ?? {}) as Partial<SessionResults>;
  if (typeof session === "string" && validation !== undefined && methodology !== undefined) {
    return value as SessionResults;
  }
  throw new MmmError(
    "config_invalid",
    `${name}: not the results of a session; give an optimization_results.json or a session's id`,
  );
}

type Reader = readonly [
  group: ComparedRow["group"],
  name: string,
  read: (of: SessionResults) => ComparedValue | undefined,
];

const ROWS: readonly Reader[] = [
  ["outcome", "business unit", (of) => of.business_unit],
  ["outcome", "status", (of) => of.status],
  ["outcome", "decision", (of) => of.decision],
  ["outcome", "forecast use", (of) => of.deployment?.forecast_use],
  ["outcome", "budget use", (of) => of.deployment?.budget_use],
  ["outcome", "iterations", (of) => of.counts.iterations],
  ["outcome", "convergence", (of) => of.convergence.score],
  ["error", "validated wMAPE", (of) => of.validation.final?.wmape],
  ["error", "locked wMAPE", (of) => of.locked_test?.final.wmape],
  ["error", "validated R²", (of) => of.validation.final?.r2],
  ["digest", "methodology", (of) => of.methodology.digest_end],
  ["digest", "data", (of) => of.methodology.data_digest],
  ["digest", "chain head", (of) => of.history.head],
];

/** Rows of all figures; returns and parameters of whichever channels there are. */
export function compareResults(results: readonly SessionResults[]): Comparison {
  const readers = [...ROWS, ...listReturnRows(results), ...listParameterRows(results)];
  return {
    sessions: results.map(({ session }) => session),
    rows: readers.map(([group, name, read]) => {
      const values = results.map((one) => read(one) ?? null);
      const [first] = values.map((value) => JSON.stringify(value));
      const differs = values.some((value) => JSON.stringify(value) !== first);
      return { name, group, values, differs };
    }),
  };
}

interface PublishedChannels {
  readonly channels?: Readonly<Record<string, { readonly roi: ComparedValue }>>;
}

function listReturnRows(results: readonly SessionResults[]): Reader[] {
  const read = ({ posterior }: SessionResults) => (posterior as PublishedChannels | null)?.channels;
  const names = [...new Set(results.flatMap((one) => Object.keys(read(one) ?? {})))];
  return names.map((name) => ["return", `ROI ${name}`, (of) => read(of)?.[name]?.roi]);
}

interface TunedConfig {
  readonly hyperparameters?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Tuned numbers that are not the same everywhere. */
function listParameterRows(results: readonly SessionResults[]): Reader[] {
  const tuned = ({ final_config }: SessionResults) =>
    (final_config as TunedConfig | null)?.hyperparameters ?? {};
  const paths = results.flatMap((one) =>
    Object.entries(tuned(one)).flatMap(([channel, values]) =>
      Object.keys(values).map((name) => ({ channel, name })),
    ),
  );
  const unique = new Map(paths.map((path) => [`${path.channel}.${path.name}`, path]));
  return [...unique].flatMap(([key, { channel, name }]): Reader[] => {
    const read = (of: SessionResults) => tuned(of)[channel]?.[name];
    if (new Set(results.map(read)).size < 2) return [];
    return [["configuration", key, read]];
  });
}

const DIGEST_CHARS = 16;

/** A table with one column a session. */
export function formatComparison({ sessions, rows }: Comparison): string {
  return formatTable(
    ["", ...sessions.map((session) => session.slice(0, DIGEST_CHARS))],
    rows.map((row) => [
      `${row.name}${row.differs ? " *" : ""}`,
      ...row.values.map((value) => formatCompared(row.group, value)),
    ]),
  );
}

function formatCompared(group: ComparedRow["group"], value: ComparedValue): string {
  if (value === null) return "–";
  if (typeof value === "object") {
    const { low, median, high } = value;
    return `${formatFigure(median, 3)} (${formatFigure(low, 3)} to ${formatFigure(high, 3)})`;
  }
  if (typeof value === "string") return group === "digest" ? value.slice(0, DIGEST_CHARS) : value;
  return group === "error" && value < 1 && value > 0
    ? formatPercent(value, 2)
    : formatFigure(value, 4);
}
