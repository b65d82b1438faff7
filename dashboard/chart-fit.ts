/** The target, the fit, and what each validation fold predicted without having seen it. */
import { formatCompact } from "./figures.ts";
import type { ModelDetail } from "./model-detail.ts";
import { INK } from "./palette.ts";
import { drawSvg, mark, type Picture } from "./plot.ts";

interface Point {
  readonly date: Date;
  readonly value: number;
}

type Points = readonly Point[];

interface Span {
  readonly x1: Date;
  readonly x2: Date;
}

/** Fit, validation folds and the place of the locked weeks. */
export function drawFit(detail: ModelDetail): Picture {
  const { contributions, result, dates } = detail;
  const folds = result.validation.folds.map((fold) => ({
    x1: toUtcDate(fold.from),
    x2: toUtcDate(fold.to),
    points: listPoints(dates, fold.totals.predicted, dates.indexOf(fold.from)),
  }));
  const locked =
    contributions.dates.length < dates.length
      ? [{ x1: toUtcDate(dates[contributions.dates.length]), x2: toUtcDate(dates.at(-1)) }]
      : [];
  const seen = listLockedWeeks(detail);
  const line = (points: Points, stroke: string, strokeWidth: number) =>
    mark.lineY(points, { x: "date", y: "value", stroke, strokeWidth });
  const svg = drawSvg(
    {
      height: 320,
      x: { type: "utc", label: null },
      y: { label: null, tickFormat: formatCompact, grid: true, nice: true },
      marks: [
        mark.rect(folds, { x1: "x1", x2: "x2", fill: INK.validation, fillOpacity: 0.07 }),
        mark.rect(locked, { x1: "x1", x2: "x2", fill: INK.faint, fillOpacity: 0.15 }),
        mark.text(locked, { x: computeMidpoint, frameAnchor: "top", text: () => "locked", dy: 4 }),
        line(listPoints(dates, contributions.actual, 0), INK.actual, 1.2),
        line(listPoints(dates, result.fitted, 0), INK.fitted, 1.6),
        ...folds.map((fold) => line(fold.points, INK.validation, 2)),
        mark.areaY(seen, {
          x: "date",
          y1: "low",
          y2: "high",
          fill: INK.validation,
          fillOpacity: 0.2,
        }),
        line(
          seen.map(({ date, median }) => ({ date, value: median })),
          INK.validation,
          1.6,
        ),
        line(
          seen.map(({ date, actual }) => ({ date, value: actual })),
          INK.actual,
          1.2,
        ),
      ],
    },
    "Target by period with the model's fit and the predictions of the validation folds",
  );
  return {
    name: "fit",
    title: "Fit and validation",
    caption:
      "Black: what happened. Blue: the fit on all weeks it was trained on. Orange: weeks that a fold predicted without having seen them; only these measure how good the model is. Grey: locked weeks, looked at once: what happened, and the posterior's forecast with its 90 % band.",
    svg,
  };
}

interface LockedWeek {
  readonly date: Date;
  readonly low: number;
  readonly median: number;
  readonly high: number;
  readonly actual: number;
}

/** Locked weeks once the session has looked at them; before that nothing of them is drawn. */
function listLockedWeeks({ record }: ModelDetail): LockedWeek[] {
  return (record?.predictive?.weeks ?? []).map(({ date, low, median, high, actual }) => ({
    date: toUtcDate(date),
    low,
    median,
    high,
    actual,
  }));
}

function toUtcDate(text: string | undefined): Date {
  return new Date(`${text ?? "1970-01-01"}T00:00:00Z`);
}

function listPoints(dates: readonly string[], values: readonly number[], from: number): Point[] {
  return values.map((value, at) => ({ date: toUtcDate(dates[from + at]), value }));
}

function computeMidpoint({ x1, x2 }: Span): Date {
  return new Date((x1.getTime() + x2.getTime()) / 2);
}
