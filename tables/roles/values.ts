/**
 * What the values of a column say of its part, whatever its name.
 *
 * I1. NaN is a missing cell and says nothing.
 */
import type { DataTable } from "../table.ts";

/** Rows of each geo in the order of the file; one group for a plain series. */
export function findRowsOfGeos({
  columns,
  layout,
  rows,
}: DataTable): readonly (readonly number[])[] {
  const geo = columns.find(({ name }) => name === layout.geo);
  const indexes = Array.from({ length: rows }, (_, row) => row);
  if (geo === undefined) return [indexes];
  return [...Map.groupBy(indexes, (row) => geo.texts[row] ?? "").values()];
}

/** One value in all cells that have one. */
export function isConstant(values: Float64Array): boolean {
  const [first, ...rest] = values.filter((value) => !Number.isNaN(value));
  return first === undefined || rest.every((value) => value === first);
}

/** One value in each geo, where there are several geos. */
export function isConstantByGeo(
  values: Float64Array,
  geos: readonly (readonly number[])[],
): boolean {
  if (geos.length < 2) return false;
  return geos.every((rows) =>
    isConstant(Float64Array.from(rows, (row) => values[row] ?? Number.NaN)),
  );
}

const COUNTED_LEAST = 10;

/** A running number: the same step from row to row in every geo. */
export function isCounting(values: Float64Array, geos: readonly (readonly number[])[]): boolean {
  const step = (values[geos[0]?.[1] ?? 1] ?? 0) - (values[geos[0]?.[0] ?? 0] ?? 0);
  if (step === 0 || values.length < COUNTED_LEAST) return false;
  return geos.every((rows) =>
    rows.every(
      (row, at) => at === 0 || (values[row] ?? 0) - (values[rows[at - 1] ?? 0] ?? 0) === step,
    ),
  );
}

/** No value below 0. */
export function isNeverNegative(values: Float64Array): boolean {
  return values.every((value) => !(value < 0));
}

/** Share of the rows with spend that have exposure as well; 1 where there is no spend. */
export function measureShared(spend: Float64Array, exposure: Float64Array): number {
  let spent = 0;
  let both = 0;
  for (const [row, value] of spend.entries()) {
    if (!(value > 0)) continue;
    spent += 1;
    if ((exposure[row] ?? 0) > 0) both += 1;
  }
  return spent === 0 ? 1 : both / spent;
}
