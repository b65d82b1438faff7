/** One picture per channel: response to spend, with today's spend. */
import { formatCompact } from "./figures.ts";
import type { ModelDetail } from "./model-detail.ts";
import { chooseChannelColour, INK } from "./palette.ts";
import { drawSvg, mark, type Picture } from "./plot.ts";

/** Response curves, in the order of the model's channels. */
export function drawResponses(detail: ModelDetail): readonly Picture[] {
  return detail.curves.map((curve, index) => {
    const colour = chooseChannelColour(index);
    const today = curve.points.find((point) => Math.abs(point.multiplier - 1) < 1e-9);
    const svg = drawSvg(
      {
        width: 470,
        height: 250,
        marginLeft: 56,
        marginTop: 12,
        x: { label: "spend over the training weeks →", tickFormat: formatCompact, ticks: 5 },
        y: { label: null, tickFormat: formatCompact, grid: true, ticks: 5, zero: true },
        marks: [
          mark.areaY(curve.points, {
            x: "spend",
            y1: "low",
            y2: "high",
            fill: colour,
            fillOpacity: 0.15,
          }),
          mark.lineY(curve.points, { x: "spend", y: "response", stroke: colour, strokeWidth: 2 }),
          mark.ruleX([curve.spend_today], { stroke: INK.faint, strokeDasharray: "3,3" }),
          ...(today === undefined
            ? []
            : [mark.dot([today], { x: "spend", y: "response", fill: colour, r: 5 })]),
        ],
      },
      `Response of ${curve.channel} to spend between nothing and twice today's`,
    );
    return {
      name: `response-${curve.channel}`,
      title: curve.channel,
      fullTitle: `Response to spend: ${curve.channel}`,
      caption: `Today ${formatCompact(curve.spend_today)} of spend gives ${formatCompact(today?.response ?? 0)}.`,
      svg,
    };
  });
}
