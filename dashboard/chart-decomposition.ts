/** What the target is made of: over time, and in all. */
import { formatPercent } from "../schemas/number-text.ts";
import { compact } from "./figures.ts";
import type { ModelDetail } from "./model-detail.ts";
import { channelLegend, channelScale, INK } from "./palette.ts";
import { drawSvg, mark, type Picture } from "./plot.ts";

const BASELINE = "baseline";

/** Baseline and channels stacked over time. */
export function decompositionPicture({ contributions, config }: ModelDetail): Picture {
  const names = config.channels.map((channel) => channel.name);
  const rows = contributions.dates.flatMap((text, at) => {
    const date = new Date(`${text}T00:00:00Z`);
    return [
      { date, part: BASELINE, value: contributions.baseline[at] ?? 0 },
      ...names.map((part) => ({ date, part, value: contributions.channels[part]?.[at] ?? 0 })),
    ];
  });
  const scale = channelScale(names);
  const svg = drawSvg(
    {
      height: 320,
      x: { type: "utc", label: null },
      y: { label: null, tickFormat: compact, grid: true },
      color: { domain: [BASELINE, ...scale.domain], range: [INK.baseline, ...scale.range] },
      marks: [
        mark.areaY(
          rows,
          mark.stackY({ order: [BASELINE, ...names] }, { x: "date", y: "value", fill: "part" }),
        ),
        mark.ruleY([0]),
      ],
    },
    "Stacked areas of the baseline and each channel's contribution over time",
  );
  return {
    name: "decomposition",
    title: "Decomposition over time",
    caption:
      "Grey: baseline, everything the model expects without media (level, trend, season, controls). Colours: what each channel adds, carryover included.",
    legend: [{ name: BASELINE, colour: INK.baseline }, ...channelLegend(names)],
    svg,
  };
}

/** Names side by side under the bars; longer ones are written aslant. */
const LABEL_CHARACTERS_MAX = 120;

interface Bar {
  readonly part: string;
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** Baseline plus channels, up to the fitted total. */
export function waterfallPicture({ contributions, config }: ModelDetail): Picture {
  const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const fitted = total(contributions.fitted);
  const parts = [
    { part: BASELINE, value: total(contributions.baseline) },
    ...config.channels.map(({ name }) => ({
      part: name,
      value: total(contributions.channels[name] ?? []),
    })),
  ];
  let sum = 0;
  const bars: Bar[] = parts.map(({ part, value }) => {
    const from = sum;
    sum += value;
    return { part, from, to: sum, share: fitted === 0 ? 0 : value / fitted };
  });
  bars.push({ part: "fitted total", from: 0, to: sum, share: 1 });
  const scale = channelScale(config.channels.map((channel) => channel.name));
  const order = bars.map((bar) => bar.part);
  const longest = Math.max(...order.map((part) => part.length));
  const crowded = longest * order.length > LABEL_CHARACTERS_MAX;
  const svg = drawSvg(
    {
      height: crowded ? 360 : 300,
      marginBottom: crowded ? 96 : 36,
      x: { domain: order, label: null, tickRotate: crowded ? -40 : 0 },
      y: { label: null, tickFormat: compact, grid: true },
      color: {
        domain: [BASELINE, ...scale.domain, "fitted total"],
        range: [INK.baseline, ...scale.range, INK.faint],
      },
      marks: [
        mark.barY(bars, {
          x: "part",
          y1: "from",
          y2: "to",
          fill: "part",
          insetLeft: 8,
          insetRight: 8,
        }),
        mark.text(bars, {
          x: "part",
          y: (bar: Bar) => Math.max(bar.from, bar.to),
          text: (bar: Bar) => formatPercent(bar.share, 1),
          dy: -8,
        }),
        mark.ruleY([0]),
      ],
    },
    "Waterfall from the baseline over each channel's contribution to the fitted total",
  );
  return {
    name: "waterfall",
    title: "Contribution",
    caption: "Shares of the fitted total over the training weeks.",
    svg,
  };
}
