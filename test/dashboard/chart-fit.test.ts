import { describe, expect, it } from "vitest";
import { drawFit } from "../../dashboard/chart-fit.ts";
import { computeModelDetail } from "../../dashboard/model-detail.ts";
import { INK } from "../../dashboard/palette.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const detail = computeModelDetail(smallDataset(), smallConfig(), { seed: 7, draws: 20 });
const starts = (text: string, colour: string): number[] =>
  [...text.matchAll(/<g[^>]*stroke="(#[0-9a-f]+)"[^>]*><path d="M([\d.]+),/g)]
    .filter((match) => match[1] === colour)
    .map((match) => Number(match[2]));

describe("the picture of the fit", () => {
  it("has each fold's predictions at its own weeks, behind the first trained ones", () => {
    const { text } = drawFit(detail).svg;
    const [fit = 0] = starts(text, INK.fitted);
    const folds = starts(text, INK.validation);
    expect(folds).toHaveLength(4);
    expect(folds.toSorted((a, b) => a - b)).toEqual(folds);
    expect(new Set(folds).size).toBe(4);
    expect(folds[0]).toBeGreaterThan(fit + 100);
  });

  it("marks locked weeks where there are some", () => {
    expect(drawFit(detail).svg.text).toContain(">locked<");
    const open = { ...detail, dates: detail.contributions.dates };
    expect(drawFit(open).svg.text).not.toContain(">locked<");
  });
});
