import { expect, it } from "vitest";
import { formatFigure, percent, selectComparedError } from "../../../cli/output/format.ts";
import { metrics } from "../../support/given.ts";

it("figures have a sensible count of digits and a dash for what is unknown", () => {
  expect([percent(0.0512), percent(1, 0), percent(null), percent(undefined)]).toEqual([
    "5.12 %",
    "100 %",
    "–",
    "–",
  ]);
  expect([formatFigure(12345), formatFigure(0.123456), formatFigure(null)]).toEqual([
    "12345",
    "0.1235",
    "–",
  ]);
});

it("the error people compare is MAPE, or wMAPE where that is undefined", () => {
  expect(selectComparedError(metrics(0.1))).toEqual({ name: "MAPE", value: 0.1 });
  expect(selectComparedError({ ...metrics(0.1), mape: null })).toEqual({
    name: "wMAPE",
    value: 0.1,
  });
  expect(selectComparedError(null)).toEqual({ name: "MAPE", value: null });
});
