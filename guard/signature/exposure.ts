/**
 * Where the data's exposure lies on the response curves, under the pinned baseline.
 *
 *   r_t = a_t / m   with a the adstocked exposure and m its scale (`model/transform/transform.ts`)
 *
 * I1. The baseline's decays make a and m: no proposal can move the range it is judged over.
 * I2. Weeks of the locked test are not looked at.
 * I3. Only weeks in which the channel works (r > 0) count; a channel that never does is left out.
 */
import type { ModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { computeQuantile } from "../../model/numbers.ts";
import { createProblem } from "../../model/fit/problem.ts";
import { applyAdstock, computeSaturationScales } from "../../model/transform/transform.ts";
import type { ExposureQuantiles, ObservedExposure } from "./signature.ts";

/**
 * Median and 95 % quantile of each channel's r before the locked test.
 * @throws ModelError where the data cannot hold the model
 */
export function measureObservedExposure(dataset: Dataset, baseline: ModelConfig): ObservedExposure {
  const { exposures, settings, stride, trainingRows } = createProblem(dataset, baseline);
  const found: Record<string, ExposureQuantiles> = {};
  for (const [at, exposure] of exposures.entries()) {
    const name = baseline.channels[at]?.name ?? "";
    const adstocked = new Float64Array(trainingRows);
    applyAdstock(exposure, baseline.hyperparameters[name]?.decay ?? 0, settings, adstocked);
    const scales = computeSaturationScales(adstocked, settings);
    const relative = adstocked
      .map((value, row) => value / (scales[row % stride]?.value || Number.POSITIVE_INFINITY))
      .filter((value) => value > 0);
    if (relative.length === 0) continue;
    found[name] = { p50: computeQuantile(relative, 0.5), p95: computeQuantile(relative, 0.95) };
  }
  return found;
}
