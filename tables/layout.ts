/**
 * Which rows belong together: one series, one per geo, or one row per date and variable.
 *
 * 1. A column tells rows of one date apart only if with it no two rows are alike.
 * 2. Names decide between a geo and a variable; where they do not, the number of value columns does.
 */
import { measureSpacing, sortDistinct } from "./regularity.ts";
import type { Layout, LongForm, Problem, TableColumn } from "./table.ts";

const GEO_NAME =
  /geo|region|market|state|country|^dma|city|store|territor|province|county|area|bundesland|gebiet|land$|stadt|filiale|r[ée]gion|pays|ville|provincia|pa[ií]s|ciudad|tienda|zip|postal/i;
const VARIABLE_NAME =
  /variable|metric|channel|media|kpi|measure|indicator|source|platform|campaign|series|kanal|kennzahl|merkmal|medium|canal|indicador|m[ée]trique/i;
const VALUE_NAME = /value|amount|wert|valeur|valor/i;
const DATE_NAMES =
  /^(?:date|week|day|time|datum|ds|period|fecha|semaine|semana|woche|month|monat|mois|mes)/i;
const KINDS_MAX = 1000;

/** The date column: one of dates, by name before by place. */
export function chooseDateColumn(columns: readonly TableColumn[]): TableColumn | null {
  const dated = columns.filter(({ kind }) => kind === "date");
  return dated.find(({ name }) => DATE_NAMES.test(name)) ?? dated[0] ?? null;
}

/** The layout of the rows by one date column. */
export function findLayout(columns: readonly TableColumn[], date: TableColumn | null): Layout {
  const days = date?.dates?.days ?? [];
  const distinct = sortDistinct(days);
  const frequency = measureSpacing(distinct)?.frequency ?? null;
  const plain = { date: date?.name ?? null, frequency, geo: null, long: null };
  if (date === null || distinct.length === days.filter((day) => day !== null).length) {
    return { ...plain, shape: "series" };
  }
  const keys = columns.filter((column) => column !== date && mayBeKey(column, days.length));
  const single = keys.find((key) => areDistinct([days, key.texts]));
  const pair = single === undefined ? findPair(keys, days) : null;
  const [variable, geo] = single === undefined ? (pair ?? []) : [single, undefined];
  if (variable === undefined) return { ...plain, shape: "several_rows" };
  const values = columns.filter(
    (column) => column !== variable && column !== geo && column.kind === "number",
  );
  if (geo === undefined && isGeo(variable, values))
    return { ...plain, shape: "panel", geo: variable.name };
  const long: LongForm = {
    date: date.name,
    variable: variable.name,
    values: values.map(({ name }) => name),
    geo: geo?.name ?? null,
  };
  return { ...plain, shape: "long", geo: long.geo, long };
}

function mayBeKey({ kind, texts, name }: TableColumn, rows: number): boolean {
  if (kind !== "text" && !(kind === "number" && GEO_NAME.test(name))) return false;
  const kinds = new Set(texts).size;
  return kinds > 1 && kinds <= KINDS_MAX && kinds < rows;
}

function areDistinct(keys: readonly (readonly unknown[])[]): boolean {
  const seen = new Set<string>();
  const rows = keys[0]?.length ?? 0;
  for (let row = 0; row < rows; row += 1) {
    const key = JSON.stringify(keys.map((column) => column[row] ?? null));
    if (seen.has(key)) return false;
    seen.add(key);
  }
  return true;
}

/** Variable and geo that together tell the rows of a date apart. */
function findPair(
  keys: readonly TableColumn[],
  days: readonly (number | null)[],
): [TableColumn, TableColumn] | null {
  for (const a of keys) {
    for (const b of keys) {
      if (a === b || !areDistinct([days, a.texts, b.texts])) continue;
      const firstIsGeo = GEO_NAME.test(a.name) && !GEO_NAME.test(b.name);
      const lastIsVariable = VARIABLE_NAME.test(b.name) && !VARIABLE_NAME.test(a.name);
      return firstIsGeo || lastIsVariable ? [b, a] : [a, b];
    }
  }
  return null;
}

function isGeo({ name }: TableColumn, values: readonly TableColumn[]): boolean {
  if (GEO_NAME.test(name) && !VARIABLE_NAME.test(name)) return true;
  if (VARIABLE_NAME.test(name)) return false;
  return values.length > 1 || !values.some((column) => VALUE_NAME.test(column.name));
}

const TOTALS = /^(?:grand )?total|^(?:all|national|gesamt|summe|somme|suma)$/i;

/** A geo that is the sum of the others would count everything twice. */
export function findTotalsAmongGeos(
  columns: readonly TableColumn[],
  { geo, shape }: Layout,
): Problem[] {
  const texts = columns.find(({ name }) => name === geo)?.texts ?? [];
  const total = shape === "panel" ? texts.find((text) => TOTALS.test(text)) : undefined;
  if (total === undefined) return [];
  return [
    {
      code: "totals_among_geos",
      severity: "warning",
      column: geo ?? "",
      message: `Column "${geo}" holds "${total}" beside single geos: their sum would count twice`,
      remedy: "export the single geos without their total, or say that it is none",
    },
  ];
}

/** What a layout that no model takes as it stands means for people. */
export function describeLayout(layout: Layout): Problem[] {
  const { shape, date, geo } = layout;
  if (shape === "series" || date === null) return [];
  if (shape === "panel") {
    return [
      {
        code: "several_rows_per_date",
        severity: "warning",
        column: geo ?? "",
        message: `Several rows per date, one for each "${geo}"`,
        remedy: `set data.geo.column to "${geo}"`,
      },
    ];
  }
  if (shape === "long") {
    const { variable = "", values = [] } = layout.long ?? {};
    return [
      {
        code: "long_format",
        severity: "warning",
        column: variable,
        message: `Several rows per date, one for each "${variable}": long format, read with one column for each (${values.join(", ").slice(0, 80)})`,
        remedy: "name the columns of the wide form in the configuration",
      },
    ];
  }
  return [
    {
      code: "several_rows_per_date",
      severity: "error",
      column: date,
      message: `Several rows per date in column "${date}", and no column tells them apart`,
      remedy:
        "give the column that does (a geo, a channel), or add the rows up at the source; remove none",
    },
  ];
}
