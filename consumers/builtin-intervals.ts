/**
 * Intervals for returns, worked out only where they can change a verdict.
 *
 * I1. Only for what the built-in engine trained: another trainer's intervals are its own to give.
 * I2. Fixed seed: equal jobs, equal intervals.
 */
import type { ModelConfig } from "../model/config.ts";
import { estimateIntervals } from "../model/uncertainty.ts";
import { modelCall, type LoadedData } from "./data-source.ts";
import type { ReviewJob } from "./reasoners.ts";

const DRAWS = 60;
const SEED = 1;

/** The job with 5 % and 95 % quantiles of every ROI that has none. */
export async function withIntervals(
  job: ReviewJob,
  load: (config: ModelConfig) => Promise<LoadedData>,
): Promise<ReviewJob> {
  const { candidate, config } = job;
  const known = candidate.channels.every((channel) => channel.roi_low !== null);
  if (candidate.trainer !== "builtin" || known) return job;
  const { dataset } = await load(config);
  const found = modelCall(() => estimateIntervals(dataset, config, { seed: SEED, draws: DRAWS }));
  const channels = candidate.channels.map((channel) => {
    const roi = found.channels[channel.channel]?.roi ?? null;
    if (roi === null || channel.roi_low !== null) return channel;
    return { ...channel, roi_low: roi.low, roi_high: roi.high };
  });
  return { ...job, candidate: { ...candidate, channels } };
}
