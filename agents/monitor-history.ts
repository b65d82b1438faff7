/**
 * Whether new data still hold the weeks that a session was run on, and one series of both.
 *
 * I1. A deployed model is judged on the session's own weeks: what an export says of them later is compared,
 *     never used.
 * I2. Without the session's weeks the given ones must give the recorded coefficients again, or are refused.
 */
import { type ModelConfig, parseModelConfig } from "../model/config.ts";
import { computePeriodDay, findPeriod, formatIsoDate } from "../model/calendar.ts";
import type { Dataset } from "../model/data/dataset.ts";
import { takeFirstPeriods } from "../model/data/dataset.ts";
import { fitForecast } from "../model/forecast.ts";
import { computeMean } from "../model/numbers.ts";
import { MmmError } from "../schemas/errors.ts";

/** Relative difference of figures that writing and reading may make. */
const SAME = 1e-6;
const SHOWN = 3;

/** What became of the session's weeks in the new data. */
export interface HistoryNote {
  readonly code: "history_changed" | "history_missing";
  readonly message: string;
}

export interface WatchedSeries {
  /** The session's weeks, then the new ones. */
  readonly dataset: Dataset;
  readonly notes: readonly HistoryNote[];
}

/** What results record of the data and the fit. */
export interface RecordedFit {
  readonly firstDate: string | null;
  /** By channel; null where the trainer published none. */
  readonly coefficients: Readonly<Record<string, number>> | null;
}

/**
 * Puts new weeks behind the session's.
 *
 * @throws MmmError `data_invalid` when no week follows, weeks between are missing or geos differ.
 */
export function joinSeries(session: Dataset, given: Dataset, until: string): WatchedSeries {
  const known = takeFirstPeriods(session, session.dates.indexOf(until) + 1);
  const { frequency } = known;
  const next = computePeriodDay(known.firstDay, frequency, known.dates.length);
  const from = findPeriod(given.firstDay, frequency, next);
  if (computePeriodDay(given.firstDay, frequency, from) !== next) {
    throw refuse("the new weeks begin on another day of the week than the session's");
  }
  if (from < 0) throw refuse(`the weeks from ${formatIsoDate(next)} on are missing before them`);
  if (from >= given.dates.length) throw refuse(`no week follows ${until}`);
  if (known.geos.join("\n") !== given.geos.join("\n")) {
    throw refuse(`the session had the geos ${known.geos.join(", ")}`);
  }
  return {
    dataset: appendPeriods(known, given, from),
    notes: compareHistory(known, given, from),
  };
}

function refuse(why: string): MmmError {
  return new MmmError("data_invalid", `The new data cannot be put behind the session's: ${why}`);
}

function appendPeriods(known: Dataset, given: Dataset, from: number): Dataset {
  const geos = known.geos.length;
  const rows = known.target.length;
  const fresh = (given.dates.length - from) * geos;
  const join = (before: Float64Array | undefined, after: Float64Array | undefined) => {
    const values = new Float64Array(rows + fresh);
    if (before !== undefined) values.set(before.subarray(0, rows));
    if (after !== undefined) values.set(after.subarray(from * geos), rows);
    return values;
  };
  const names = [
    ...new Map([...known.columns, ...given.columns].map((one) => [one.name, one.kind])),
  ];
  const find = (data: Dataset, name: string) =>
    data.columns.find((column) => column.name === name)?.values;
  return {
    ...known,
    dates: [...known.dates, ...given.dates.slice(from)],
    target: join(known.target, given.target),
    channels: known.channels.map((channel, at) => ({
      ...channel,
      spend: join(channel.spend, given.channels[at]?.spend),
      exposure: join(channel.exposure, given.channels[at]?.exposure),
    })),
    columns: names.map(([name, kind]) => ({
      name,
      kind,
      values: join(find(known, name), find(given, name)),
    })),
  };
}

function compareHistory(known: Dataset, given: Dataset, from: number): HistoryNote[] {
  const missing = Math.max(0, known.dates.length - from);
  const notes: HistoryNote[] = [];
  if (missing > 0 && from > 0) {
    const first = given.dates[0] ?? "";
    const message = `the data begin ${first} and lack the session's first ${missing} periods (it began ${known.dates[0] ?? ""}); its own weeks are used`;
    notes.push({ code: "history_missing", message });
  }
  const changed = listChanges(known, given, from);
  if (changed.length > 0) {
    const shown = changed.slice(0, SHOWN).join(", ");
    const more = changed.length > SHOWN ? ` and ${changed.length - SHOWN} more` : "";
    const message = `the history changed since the session: ${shown}${more}; the model is judged on the session's own weeks, and new weeks may be in another unit`;
    notes.push({ code: "history_changed", message });
  }
  return notes;
}

/** Columns whose shared periods differ, with how many and the usual ratio. */
function listChanges(known: Dataset, given: Dataset, from: number): string[] {
  const shared = Math.min(from, known.dates.length) * known.geos.length;
  const series = (data: Dataset): [string, Float64Array][] => [
    ["the target", data.target],
    ...data.channels.flatMap(({ name, spend, exposure, hasExposure }): [string, Float64Array][] =>
      !hasExposure
        ? [[name, spend]]
        : [
            [`spend of ${name}`, spend],
            [`exposure of ${name}`, exposure],
          ],
    ),
    ...data.columns.map(({ name, values }): [string, Float64Array] => [name, values]),
  ];
  const later = new Map(series(given));
  return series(known).flatMap(([name, before]) => {
    const after = later.get(name) ?? new Float64Array(given.target.length);
    const [old, now] = [
      before.subarray(known.target.length - shared),
      after.subarray(from * known.geos.length - shared, from * known.geos.length),
    ];
    const count = old.filter((value, row) => !isSame(value, now[row] ?? 0)).length;
    if (count === 0) return [];
    const ratio = computeMean(now) / computeMean(old);
    const times = Number.isFinite(ratio) ? ` (now ${Number(ratio.toPrecision(3))} times)` : "";
    return [`${name} in ${count} of ${shared} rows${times}`];
  });
}

function isSame(left: number, right: number): boolean {
  return Math.abs(left - right) <= SAME * Math.max(Math.abs(left), Math.abs(right));
}

/**
 * Whether data that come without the session's are the session's, by what it recorded.
 *
 * @throws MmmError `data_changed`
 */
export function requireRecordedHistory(
  dataset: Dataset,
  config: ModelConfig,
  { until, recorded }: { until: string; recorded: RecordedFit },
): void {
  const { firstDate, coefficients } = recorded;
  const periods = dataset.dates.indexOf(until) + 1;
  if (periods === 0 || coefficients === null) return;
  if (firstDate !== null && dataset.dates[0] !== firstDate) {
    throw changed(`they begin ${dataset.dates[0] ?? ""}, the session's ${firstDate}`);
  }
  const { fits } = fitForecast(takeFirstPeriods(dataset, periods), parseModelConfig(config));
  for (const [index, { name }] of config.channels.entries()) {
    const before = coefficients[name];
    if (before === undefined) continue;
    const now = computeMean(fits.map(({ beta }) => beta[index] ?? 0));
    if (Math.abs(now - before) <= SAME * Math.max(Math.abs(now), Math.abs(before))) continue;
    throw changed(
      `their weeks up to ${until} give ${name} the coefficient ${Number(now.toPrecision(4))}, the session recorded ${Number(before.toPrecision(4))}`,
    );
  }
}

function changed(why: string): MmmError {
  return new MmmError(
    "data_changed",
    `The data do not hold the weeks that the session had: ${why}; give them with --session-data`,
  );
}
