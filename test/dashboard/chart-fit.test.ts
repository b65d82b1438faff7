import { expect, it } from "vitest";
import { drawFit } from "../../dashboard/chart-fit.ts";
import type { ModelDetail } from "../../dashboard/model-detail.ts";
import { smallReport } from "./report-fixture.ts";

const detail = smallReport().detail as ModelDetail;

/** Areas and lines of a picture. */
const shapes = ({ svg }: { svg: { text: string } }): number =>
  svg.text.match(/aria-label="(?:area|line)"/g)?.length ?? 0;

it("locked weeks show what happened and the forecast with its band, once the session has looked", () => {
  const unseen = { ...detail, record: { ...detail.record!, predictive: null } };
  expect(detail.record?.predictive?.weeks).toHaveLength(13);
  expect(drawFit(detail).svg.text.length).toBeGreaterThan(drawFit(unseen).svg.text.length);
  expect(shapes(drawFit(detail))).toBeGreaterThanOrEqual(shapes(drawFit(unseen)));
});

it("predictions of folds are those of periods, geos added up, and stand at their dates", () => {
  const folds = detail.result.validation.folds.map((fold) => ({
    ...fold,
    predicted: fold.predicted.flatMap((value) => [value, value]),
  }));
  const panel = {
    ...detail,
    result: { ...detail.result, validation: { ...detail.result.validation, folds } },
  };
  expect(drawFit(panel).svg.text).toBe(drawFit(detail).svg.text);
});
