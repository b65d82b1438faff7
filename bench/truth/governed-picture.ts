/** The picture of the governed-tuning bench: error of the published ROI per set and way. */

import { renderSheet } from "../../dashboard/sheet.ts";
import { drawSvg, mark } from "../../dashboard/plot.ts";
import { computeMedian } from "../../model/numbers.ts";
import type { GovernedRow, Way } from "./governed.ts";
import { WAYS } from "./governed.ts";

const LABELS: Readonly<Record<Way, string>> = {
  free: "no governance: searches on the hold-out, methodology free",
  point: "as products do today: methodology fixed, ROI of the tuned configuration",
  here: "here: ROI of the posterior, which no tuning moves",
};
const COLOURS: Readonly<Record<Way, string>> = {
  free: "#b3261e",
  point: "#b8860b",
  here: "#0072b2",
};
/** Errors beyond are drawn at the edge. */
const REACH = 3;

/** One SVG document. */
export function drawGoverned(rows: readonly GovernedRow[]): string {
  const sorted = rows.toSorted((a, b) => middleOf(a, "here") - middleOf(b, "here"));
  const dots = sorted.flatMap((row) =>
    WAYS.map((way) => {
      const errors = row.ways[way].map(({ error }) => Math.min(error, REACH));
      return {
        set: row.set,
        way,
        x: Math.min(middleOf(row, way), REACH),
        low: Math.min(...errors),
        high: Math.max(...errors),
      };
    }),
  );
  const medians = WAYS.map((way) => ({
    way,
    x: computeMedian(rows.map((row) => middleOf(row, way))),
  }));
  const svg = drawSvg(
    {
      height: 70 + 17 * sorted.length,
      marginLeft: 170,
      marginRight: 24,
      x: {
        domain: [0, REACH],
        grid: true,
        label: `error of the published ROI (beyond ${REACH} at the edge)`,
      },
      y: { domain: sorted.map(({ set }) => set), label: null, type: "point" },
      color: { domain: [...WAYS], range: WAYS.map((way) => COLOURS[way]) },
      marks: [
        mark.ruleX(medians, { x: "x", stroke: "way", strokeDasharray: "4 3", strokeWidth: 1.5 }),
        mark.link(dots, {
          y: "set",
          x1: "low",
          x2: "high",
          stroke: "way",
          strokeWidth: 3,
          strokeOpacity: 0.45,
        }),
        mark.dot(dots, { y: "set", x: "x", fill: "way", r: 4 }),
      ],
    },
    "Error of the published return per data set under three ways of governing an agent that tunes",
  );
  return renderSheet({
    name: "governed-tuning",
    title: "How far a tuning agent moves the published return from the truth",
    caption: `Error: mean over channels of |ROI − truth| / max(truth, 0.2 × mean truth). Dot: median over seeds of the agent; line: from the best to the worst seed; dashed: median over ${rows.length} data sets with known truth.`,
    legend: WAYS.map((way) => ({ name: LABELS[way], colour: COLOURS[way] })),
    svg,
  });
}

function middleOf(row: GovernedRow, way: Way): number {
  return computeMedian(row.ways[way].map(({ error }) => error));
}
