/**
 * How a figure outside its bound becomes a finding.
 *
 * I1. Critical only when implausible **and** worse than the session's baseline model was; the same
 *     fault inherited from the baseline is a warning that says so. A session on a flawed baseline can
 *     still improve.
 * I2. Where an interval is known, implausible means that all of it lies outside, or that the figure
 *     is not even in its own interval.
 */
import type { Finding } from "../../schemas/parts.ts";

export interface Bound {
  readonly low: number;
  readonly high: number;
  readonly source: string;
}

export interface Check {
  readonly code: string;
  readonly channel: string | null;
  /** What is judged, in words: "ROI 25.3 revenue per EUR". */
  readonly text: string;
  readonly figure: number;
  /** 90 % interval, where known. */
  readonly interval?: readonly [number, number] | null;
  readonly bound: Bound;
  /** The baseline model's figure; null when it had none. */
  readonly before: number | null;
  readonly gravity: "critical" | "warning" | "info";
  /** True where figure and bound are shares, shown in percent. */
  readonly share?: boolean;
}

/** Relative worsening that counts as the same fault. */
const SAME_FAULT = 1.05;

/** The finding, or none when the figure keeps to its bound. */
export function checkFigure(check: Check): readonly Finding[] {
  const { figure, bound } = check;
  if (figure >= bound.low && figure <= bound.high) return [];
  const inherited = check.before !== null && !isWorse(figure, check.before, bound);
  const interval = check.interval ?? null;
  const certain =
    interval === null || isOutside(interval, bound) || isOutside(interval, toPointRange(figure));
  const critical = check.gravity === "critical" && !inherited && certain;
  const severity = critical ? "critical" : check.gravity === "info" ? "info" : "warning";
  const subject = check.channel === null ? "" : `${check.channel}: `;
  const doubt = certain ? "" : "; its 90 % interval reaches inside";
  return [
    {
      code: check.code,
      severity,
      channel: check.channel,
      figure,
      bound: describeBound(bound, check.share),
      message: `${subject}${check.text} is ${describeSideOfBound(check)}${doubt}${inherited ? " (inherited from the baseline)" : ""}`,
      source: bound.source,
    },
  ];
}

/** A range in words; an open end is left out. */
export function describeBound({ low, high }: Ends, share = false): string {
  const formatBoundEnd = (value: number): string =>
    share ? `${formatFindingNumber(value * 100)} %` : formatFindingNumber(value);
  if (high === Infinity) return `at least ${formatBoundEnd(low)}`;
  if (low === -Infinity) return `at most ${formatBoundEnd(high)}`;
  return `${formatBoundEnd(low)} to ${formatBoundEnd(high)}`;
}

function describeSideOfBound({ figure, bound, share = false }: Check): string {
  if (bound.high === Infinity)
    return `below ${describeBound(bound, share).replace("at least ", "")}`;
  const above = bound.low === 0 && figure > bound.high;
  if (above) return `above ${describeBound({ low: -Infinity, high: bound.high }, share).slice(8)}`;
  return `outside ${describeBound(bound, share)}`;
}

type Ends = Pick<Bound, "low" | "high">;

function isOutside([low, high]: readonly [number, number], bound: Ends): boolean {
  return high < bound.low || low > bound.high;
}

function toPointRange(value: number): Ends {
  return { low: value, high: value };
}

function isWorse(figure: number, before: number, bound: Bound): boolean {
  const [now, was] = [computeExcess(figure, bound), computeExcess(before, bound)];
  return now > was * SAME_FAULT + 1e-12;
}

/** How far beyond the nearer end, 0 inside; in units of that end where it is not 0. */
function computeExcess(value: number, { low, high }: Bound): number {
  if (value > high) return (value - high) / (Math.abs(high) || 1);
  return value < low ? (low - value) / (Math.abs(low) || 1) : 0;
}

function formatFindingNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
