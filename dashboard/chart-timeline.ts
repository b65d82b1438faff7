/** The session as it went: the validated error of each attempt, the best so far, refusals. */
import { formatPercent } from "../schemas/number-text.ts";
import type { SessionResults } from "../session/results.ts";
import type { Attempt } from "./attempts.ts";
import { INK } from "./palette.ts";
import { drawSvg, mark, type Picture } from "./plot.ts";

const TICKS_MAX = 20;

interface Mark {
  readonly at: number;
  readonly loss: number;
  readonly end: string;
}

const LOOKS: readonly (readonly [string, string, string])[] = [
  ["accepted", INK.good, "circle"],
  ["not_improved", INK.faint, "circle"],
  ["rejected", INK.warn, "triangle"],
  ["vetoed", INK.bad, "times"],
];

export function timelinePicture(results: SessionResults, attempts: readonly Attempt[]): Picture {
  const start = baselineLoss(results);
  const best = [
    { iteration: 0, loss: start },
    ...results.iterations.map((row) => ({ iteration: row.iteration, loss: row.best_loss })),
  ];
  const marks: Mark[] = attempts.map((attempt) => ({
    at: attempt.iteration + (attempt.attempt - 1) * 0.18,
    loss: attempt.loss ?? best.find((row) => row.iteration === attempt.iteration)?.loss ?? start,
    end: attempt.end,
  }));
  const svg = drawSvg(
    {
      height: 280,
      x: { label: "iteration →", ticks: wholeTicks(results.iterations.length), tickFormat: "d" },
      y: {
        label: null,
        tickFormat: (value: number) => formatPercent(value),
        grid: true,
        nice: true,
      },
      marks: [
        mark.lineY(best, {
          x: "iteration",
          y: "loss",
          stroke: INK.fitted,
          strokeWidth: 2,
          curve: "step-after",
        }),
        mark.dot([best[0]], { x: "iteration", y: "loss", fill: INK.fitted, r: 4 }),
        ...LOOKS.map(([end, colour, symbol]) =>
          mark.dot(
            marks.filter((row) => row.end === end),
            symbol === "times"
              ? { x: "at", y: "loss", stroke: colour, strokeWidth: 2.5, symbol: "times", r: 6 }
              : {
                  x: "at",
                  y: "loss",
                  fill: colour,
                  symbol: symbol === "circle" ? "circle" : "triangle",
                  r: 5,
                },
          ),
        ),
      ],
    },
    "Validated error by iteration: best so far, attempts accepted and not, vetoes and rejections",
  );
  return {
    name: "timeline",
    title: "The session",
    caption:
      "Line: validated wMAPE of the configuration in force. Green: accepted; grey: no improvement; triangle: rejected; cross: vetoed before training.",
    svg,
  };
}

/** 0, 1, 2 … or every few, so that labels keep apart. */
function wholeTicks(last: number): number[] {
  const every = Math.max(1, Math.ceil(last / TICKS_MAX));
  return Array.from({ length: Math.floor(last / every) + 1 }, (_, at) => at * every);
}

function baselineLoss(results: SessionResults): number {
  return results.validation.baseline?.wmape ?? results.iterations[0]?.best_loss ?? 0;
}
