/** How much of an effect is still to come, week by week after the spend. */
import type { ModelDetail } from "./model-detail.ts";
import { createChannelLegend, createChannelScale, INK } from "./palette.ts";
import { drawSvg, mark, type Picture } from "./plot.ts";

const WEEKS_SHOWN = 12;

export function drawCarryover({ carryover, config }: ModelDetail): Picture {
  const names = config.channels.map((channel) => channel.name);
  const rows = carryover.flatMap(({ channel, weekly }) => {
    let left = 1;
    return weekly.slice(0, WEEKS_SHOWN).map((share, week) => {
      const row = { channel, week, left };
      left -= share;
      return row;
    });
  });
  const ends = names.map((channel) => ({
    channel,
    ...(rows.find((row) => row.channel === channel && row.week === 1) ?? { week: 1, left: 0 }),
  }));
  const svg = drawSvg(
    {
      height: 280,
      x: { label: "weeks after the spend →", ticks: WEEKS_SHOWN },
      y: {
        label: null,
        percent: true,
        grid: true,
        domain: [0, 100],
        tickFormat: (v: number) => `${v} %`,
      },
      color: { ...createChannelScale(names), legend: false },
      marks: [
        mark.ruleY([0.5, 0.1], { stroke: INK.faint, strokeDasharray: "3,3" }),
        mark.lineY(rows, { x: "week", y: "left", stroke: "channel", strokeWidth: 2 }),
        mark.dot(rows, { x: "week", y: "left", fill: "channel", r: 2.5 }),
        mark.dot(ends, { x: "week", y: "left", fill: "channel", r: 4 }),
      ],
    },
    "Share of each channel's effect still to come, by week after the spend",
  );
  return {
    name: "carryover",
    title: "Carryover",
    caption:
      "Share of the effect that is still to come. Dashed: half (half-life) and the last tenth (90 % duration).",
    legend: createChannelLegend(names),
    svg,
  };
}
