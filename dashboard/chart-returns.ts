/** Return on spend per channel: estimate, 90 % interval, and the range that benchmarks expect. */
import { formatSignificant } from "./figures.ts";
import type { ModelDetail } from "./model-detail.ts";
import { createChannelScale, INK } from "./palette.ts";
import { drawSvg, mark, type Picture } from "./plot.ts";

/** Expected return of a channel, in the same units as the model's. */
export interface ExpectedReturn {
  readonly channel: string;
  readonly low: number;
  readonly high: number;
  readonly source: string;
}

interface Row {
  readonly channel: string;
  readonly roi: number;
  readonly mroi: number | null;
  readonly low: number;
  readonly high: number;
}

/** An interval that reaches further than this many times the largest estimate is cut there. */
const REACH = 3;

export function drawReturns(
  { result, config }: ModelDetail,
  expected: readonly ExpectedReturn[],
  unit: string,
): Picture {
  const rows: Row[] = result.channels.flatMap(({ name, roi, roi_low, roi_high, mroi }) => {
    if (roi === null) return [];
    return [{ channel: name, roi, mroi, low: roi_low ?? roi, high: roi_high ?? roi }];
  });
  const names = config.channels.map((channel) => channel.name);
  const reach = computeReach(rows, expected);
  const cut = rows.filter((row) => row.high > reach);
  const svg = drawSvg(
    {
      height: 60 + 46 * names.length,
      marginLeft: 110,
      marginRight: cut.length === 0 ? 20 : 70,
      x: { label: `ROI, ${unit}`, grid: true, zero: true, nice: true },
      y: { domain: names, label: null },
      color: createChannelScale(names),
      marks: createReturnMarks(
        rows.map((row) => ({ ...row, high: Math.min(row.high, reach), end: row.high })),
        expected,
        reach,
      ),
    },
    "Return on spend per channel with its 90 % interval and the benchmark's range",
  );
  return {
    name: "roi",
    title: "Return on spend",
    caption: `Dot: ROI (${unit}). Line: 90 % interval from ${result.posterior.draws} draws. Black tick: return of the next 1 % of spend. Green band: what benchmarks expect of such a medium.${cut.length === 0 ? "" : " A line that ends in a figure goes on to it: the data say next to nothing about that return."}`,
    svg,
  };
}

/** Keeps one endless interval from squeezing all others: where lines end at the latest. */
function computeReach(rows: readonly Row[], expected: readonly ExpectedReturn[]): number {
  const estimates = rows.flatMap((row) => [row.roi, row.mroi ?? 0]);
  return REACH * Math.max(...estimates, ...expected.map((one) => one.high), 0) || Infinity;
}

interface CutRow extends Row {
  /** Where the interval really ends. */
  readonly end: number;
}

function createReturnMarks(
  rows: readonly CutRow[],
  expected: readonly ExpectedReturn[],
  reach: number,
) {
  const band = { y: "channel", x1: "low", x2: "high" };
  const marginal = rows.filter((row) => row.mroi !== null);
  return [
    mark.barX(expected, { ...band, fill: INK.benchmark, insetTop: 4, insetBottom: 4 }),
    mark.ruleX([0]),
    mark.link(rows, { ...band, stroke: "channel", strokeWidth: 4, strokeOpacity: 0.55 }),
    mark.dot(rows, { y: "channel", x: "roi", fill: "channel", r: 6 }),
    mark.tickX(marginal, {
      y: "channel",
      x: "mroi",
      stroke: INK.actual,
      strokeWidth: 2,
      insetTop: 12,
      insetBottom: 12,
    }),
    mark.text(
      rows.filter((row) => row.end > reach),
      {
        y: "channel",
        x: "high",
        text: (row: CutRow) => `→ ${formatSignificant(row.end)}`,
        textAnchor: "start",
        dx: 4,
      },
    ),
    mark.text(rows, {
      y: "channel",
      x: "roi",
      text: (row: Row) => formatSignificant(row.roi),
      dy: -15,
      fontWeight: "bold",
    }),
  ];
}
