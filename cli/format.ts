/** Figures and metrics as people read them. */
import type { Metrics } from "../schemas/parts.ts";

/** A number with a sensible count of digits. */
export function figure(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return "–";
  return Number.isInteger(value) && Math.abs(value) < 1e9
    ? String(value)
    : String(Number(value.toPrecision(digits)));
}

/** The error people compare: MAPE, or wMAPE where MAPE is undefined. */
export function errorOf(metrics: Metrics | null | undefined): {
  name: string;
  value: number | null;
} {
  if (metrics === null || metrics === undefined) return { name: "MAPE", value: null };
  return metrics.mape === null
    ? { name: "wMAPE", value: metrics.wmape }
    : { name: "MAPE", value: metrics.mape };
}
