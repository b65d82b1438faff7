/** Figures as people read them: shares in percent, money short, signs where they matter. */

const DASH = "–";

/** Three significant digits, no exponent for everyday sizes. */
export function figure(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return DASH;
  const rounded = Number(value.toPrecision(digits));
  return Math.abs(rounded) >= 1e6 ? compact(value) : String(rounded);
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e9, " bn"],
  [1e6, " m"],
  [1e3, " k"],
];

/** 1,234,567 → "1.23 m". */
export function compact(value: number): string {
  const [size, unit] = UNITS.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

/** A path without its section: "tv decay". */
export function pathLabel(path: string): string {
  return path.replace(/^hyperparameters\.|^training\./, "").replaceAll(".", " ");
}
