/**
 * The data of a model: columns of the CSV in the parts the configuration gives them.
 *
 * Owns: dates and their order, the period-by-geo grid, event dummies. Not: what the data are like
 * (`data-findings.ts`) and which rows train or test (`windows.ts`).
 *
 * 1. Dates are consecutive: a week, a day or a calendar month apart, ascending, none twice.
 * 2. Values stand period by period, within a period geo by geo: row = period × geos + geo. So the
 *    first n periods are the first n × geos rows, and a lag of one period is `geos` rows.
 * 3. Every number is finite; spend and exposure are not negative.
 */

import {
  isPlainReading,
  type PreparedTable,
  type Reading,
  type TableRoles,
} from "../../tables/prepare.ts";
import { findPeriod, type Frequency, parseDayNumber } from "../calendar.ts";
import type { ModelConfig } from "../config.ts";
import { countPeriodsPerWeek } from "../config.ts";
import { ModelError } from "../errors.ts";
import { checkDateOrder } from "./date-order.ts";
import type { Table } from "./table.ts";
import { checkRows, readNumberColumn, readTable, readTextColumn } from "./table.ts";

const EVENT_KINDS_MAX = 100;
/** From a week's first day to its last. */
const DAYS_TO_WEEK_END = 6;
const NO_EVENT = new Set(["", "na", "n/a", "none", "null", "0", "false"]);

export interface DataColumn {
  readonly name: string;
  readonly kind: "control" | "event";
  readonly values: Float64Array;
}

export interface ChannelData {
  readonly name: string;
  readonly spend: Float64Array;
  /** What the effect is modelled on: the exposure column, else spend. */
  readonly exposure: Float64Array;
  readonly hasExposure: boolean;
}

export interface Dataset {
  readonly frequency: Frequency;
  readonly periodsPerWeek: number;
  /** One date per period, YYYY-MM-DD. */
  readonly dates: readonly string[];
  /** Day number of the first period's first day (`calendar.ts`), whichever day names the period. */
  readonly firstDay: number;
  /** Geo names; a single empty name for national data. */
  readonly geos: readonly string[];
  readonly target: Float64Array;
  readonly channels: readonly ChannelData[];
  readonly columns: readonly DataColumn[];
  /** How the file was read, where it is not in the plain dialect. */
  readonly reading?: Reading;
}

/** Columns that a configuration asks for, for whoever prepares a table. */
export function listColumnRoles({ data, channels }: ModelConfig): TableRoles {
  return {
    date: data.date,
    geo: data.geo?.column ?? null,
    numbers: [
      data.target,
      ...(data.target_multiplier === undefined ? [] : [data.target_multiplier]),
      ...data.controls,
      ...channels.flatMap(({ spend, exposure = spend }) => [spend, exposure]),
    ],
    texts: [
      ...(data.geo === undefined ? [] : [data.geo.column]),
      ...data.events.filter((event) => typeof event === "string"),
    ],
    dateOrder: data.date_order,
  };
}

/**
 * Reads CSV text in the plain dialect, or a table that was prepared from another, as the configuration
 * describes it.
 *
 * @throws ModelError naming column and line: `csv_malformed`, `column_missing`, `value_missing`,
 *   `value_not_numeric`, `value_negative`, `date_*`, `geo_unbalanced`, `rows_too_few`,
 *   `rows_too_many`.
 */
export function parseDataset(source: string | PreparedTable, config: ModelConfig): Dataset {
  const table: Table = typeof source === "string" ? readTable(source) : checkRows(source);
  const grid = readGrid(table, config);
  const arrange = (values: Float64Array): Float64Array => {
    const arranged = new Float64Array(values.length);
    for (const [line, row] of grid.rowOfLine.entries()) arranged[row] = values[line] ?? 0;
    return arranged;
  };
  const numeric = (column: string, field: string, minimum?: number): Float64Array =>
    arrange(
      readNumberColumn(table, column, minimum === undefined ? { field } : { field, minimum }),
    );
  return {
    frequency: config.data.frequency,
    periodsPerWeek: countPeriodsPerWeek(config),
    dates: grid.dates,
    firstDay: grid.firstDay,
    geos: grid.geos,
    target: readTarget(config, numeric),
    channels: config.channels.map((channel) => {
      const spend = numeric(channel.spend, `channels.${channel.name}.spend`, 0);
      const hasExposure = channel.exposure !== undefined && channel.exposure !== channel.spend;
      const exposure = hasExposure
        ? numeric(channel.exposure ?? channel.spend, `channels.${channel.name}.exposure`, 0)
        : spend;
      return { name: channel.name, spend, exposure, hasExposure };
    }),
    columns: [
      ...config.data.controls.map(
        (name): DataColumn => ({ name, kind: "control", values: numeric(name, "data.controls") }),
      ),
      ...buildEventColumns(table, config, { grid, arrange }),
    ],
    ...(typeof source === "string" || isPlainReading(source.reading)
      ? {}
      : { reading: source.reading }),
  };
}

/** The first `periods` periods as a data set of their own. */
export function takeFirstPeriods(dataset: Dataset, periods: number): Dataset {
  const rows = periods * dataset.geos.length;
  const cut = (values: Float64Array): Float64Array => values.slice(0, rows);
  return {
    ...dataset,
    dates: dataset.dates.slice(0, periods),
    target: cut(dataset.target),
    channels: dataset.channels.map((channel) => ({
      ...channel,
      spend: cut(channel.spend),
      exposure: cut(channel.exposure),
    })),
    columns: dataset.columns.map((column) => ({ ...column, values: cut(column.values) })),
  };
}

function readTarget(
  config: ModelConfig,
  numeric: (column: string, field: string) => Float64Array,
): Float64Array {
  const target = numeric(config.data.target, "data.target");
  if (config.data.target_multiplier === undefined) return target;
  const multiplier = numeric(config.data.target_multiplier, "data.target_multiplier");
  return target.map((value, row) => value * (multiplier[row] ?? 0));
}

interface Grid {
  readonly dates: readonly string[];
  readonly firstDay: number;
  readonly geos: readonly string[];
  /** Position in the grid of each line of the CSV. */
  readonly rowOfLine: readonly number[];
}

function readGrid(table: Table, config: ModelConfig): Grid {
  const dateTexts = readTextColumn(table, config.data.date, "data.date");
  const days = dateTexts.map((text, row) =>
    parseDateCell(text, table.lines[row] ?? 0, config.data.date),
  );
  const geo = config.data.geo;
  const geoTexts = geo === undefined ? [] : readTextColumn(table, geo.column, "data.geo.column");
  const lines = new Map<string, number[]>();
  for (const line of days.keys()) {
    const name = geoTexts[line] ?? "";
    const of = lines.get(name);
    if (of === undefined) lines.set(name, [line]);
    else of.push(line);
  }
  const { frequency } = config.data;
  const geos = [...lines.keys()].sort();
  const first = lines.get(geos[0] ?? "") ?? [];
  const rowOfLine = Array.from(days, () => 0);
  for (const [geoIndex, name] of geos.entries()) {
    const of = lines.get(name) ?? [];
    checkDateOrder(of, days, { frequency, table, dateTexts, geo: name });
    if (of.length !== first.length || days[of[0] ?? 0] !== days[first[0] ?? 0]) {
      throw new ModelError(
        "geo_unbalanced",
        `Geo "${name}" has other dates than geo "${geos[0]}"; give every geo the same dates`,
        { geo: name, rows: of.length, rows_expected: first.length },
      );
    }
    for (const [period, line] of of.entries()) rowOfLine[line] = period * geos.length + geoIndex;
  }
  return {
    dates: first.map((line) => dateTexts[line] ?? ""),
    firstDay:
      (days[first[0] ?? 0] ?? 0) - (config.data.week_label === "end" ? DAYS_TO_WEEK_END : 0),
    geos,
    rowOfLine,
  };
}

function parseDateCell(text: string, line: number, column: string): number {
  const day = parseDayNumber(text);
  if (day === null) {
    throw new ModelError(
      "date_invalid",
      `Column "${column}" has "${text.slice(0, 40)}" on line ${line}; dates must be YYYY-MM-DD`,
      { column, line, value: text.slice(0, 40) },
    );
  }
  return day;
}

interface Arranger {
  readonly grid: Grid;
  readonly arrange: (values: Float64Array) => Float64Array;
}

/** One 0/1 column per kind of event. */
function buildEventColumns(table: Table, config: ModelConfig, arranger: Arranger): DataColumn[] {
  return config.data.events.flatMap((event) =>
    typeof event === "string"
      ? buildTextEventColumns(table, event, arranger)
      : [buildDatedEventColumn(event, config, arranger.grid)],
  );
}

function buildTextEventColumns(table: Table, column: string, { arrange }: Arranger): DataColumn[] {
  const texts = readTextColumn(table, column, "data.events");
  const kinds = [...new Set(texts)].filter((text) => !NO_EVENT.has(text.toLowerCase())).sort();
  if (kinds.length > EVENT_KINDS_MAX) {
    throw new ModelError(
      "csv_malformed",
      `Event column "${column}" has ${kinds.length} different values; at most ${EVENT_KINDS_MAX} (is it a number? then list it under data.controls)`,
      { column, kinds: kinds.length },
    );
  }
  return kinds.map((kind) => ({
    name: `${column}:${kind}`,
    kind: "event",
    values: arrange(Float64Array.from(texts, (text) => (text === kind ? 1 : 0))),
  }));
}

/** 1 in each period that holds one of the dates (a week lasts 7 days, a month a month). */
function buildDatedEventColumn(
  event: { name: string; dates: readonly string[] },
  config: ModelConfig,
  grid: Grid,
): DataColumn {
  const geos = grid.geos.length;
  const values = new Float64Array(grid.dates.length * geos);
  for (const [index, date] of event.dates.entries()) {
    const day = parseDayNumber(date);
    if (day === null) {
      throw new ModelError(
        "config_invalid",
        `Model configuration, data.events.${event.name}.dates.${index}: "${date}" is not a date`,
        { field: `data.events.${event.name}.dates.${index}` },
      );
    }
    const period = findPeriod(grid.firstDay, config.data.frequency, day);
    if (period >= 0 && period < grid.dates.length) {
      values.fill(1, period * geos, (period + 1) * geos);
    }
  }
  return { name: event.name, kind: "event", values };
}
