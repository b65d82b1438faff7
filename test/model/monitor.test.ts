import { describe, expect, test } from "vitest";
import { monitorModel } from "../../model/monitor.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const DEPLOYED = 140;
const watch = (factor: number) => {
  const dataset = smallDataset({ weeks: 156, drift: { from: DEPLOYED, factor } });
  return monitorModel(dataset, smallConfig(), {
    deployed_until: dataset.dates[DEPLOYED - 1] ?? "",
    thresholds: { wmape_max: 0.2, cusum_max: 5 },
  });
};
const breached = (factor: number): string[] =>
  watch(factor)
    .figures.filter((figure) => figure.breached)
    .map((figure) => figure.name);

describe("a deployed model on new weeks", () => {
  test("is quiet while sales follow it", () => {
    const result = watch(1);
    expect(result).toMatchObject({ drifted: false, periods: 16 });
    expect(result.actual).toHaveLength(16);
  });

  test("has drifted when sales fall far below the prediction, and the bias says which way", () => {
    const result = watch(0.5);
    expect(result.drifted).toBe(true);
    const bias = result.figures.find((figure) => figure.name === "bias");
    expect(bias?.figure).toBeLessThan(-0.5);
    expect(breached(0.5)).toEqual(expect.arrayContaining(["wmape", "bias", "cusum"]));
  });

  test("needs a later week than the deployment", () => {
    const dataset = smallDataset();
    for (const deployed_until of [dataset.dates.at(-1) ?? "", "1999-01-01"]) {
      const options = { deployed_until, thresholds: { wmape_max: 0.2 } };
      expect(() => monitorModel(dataset, smallConfig(), options)).toThrow(/at least one later/);
    }
  });
});
