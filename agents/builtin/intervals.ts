/**
 * Intervals for returns that a verdict may rest on, worked out only where they can change one.
 *
 * The intervals that the built-in trainer gives with every model hold decay, alpha and gamma fixed
 * and are too narrow to condemn a channel by; these let the parameters vary, too.
 *
 * I1. Only for what the built-in engine trained: another trainer's intervals are its own to give.
 * I2. Fixed seed: equal jobs, equal intervals.
 */
import type { ModelConfig } from "../../model/config.ts";
import { estimateIntervals } from "../../model/search/uncertainty.ts";
import { callModel, type LoadedData } from "../data-source.ts";
import type { ReviewJob } from "../reasoners.ts";

const DRAWS = 60;
const SEED = 1;

/** The job with 5 % and 95 % quantiles of every ROI, parameters varied. */
export async function withIntervals(
  job: ReviewJob,
  load: (config: ModelConfig) => Promise<LoadedData>,
): Promise<ReviewJob> {
  const { candidate, config } = job;
  if (candidate.trainer !== "builtin") return job;
  const { dataset } = await load(config);
  const found = callModel(() => estimateIntervals(dataset, config, { seed: SEED, draws: DRAWS }));
  const channels = candidate.channels.map((channel) => {
    const roi = found.channels[channel.channel]?.roi ?? null;
    return roi === null ? channel : { ...channel, roi_low: roi.low, roi_high: roi.high };
  });
  return { ...job, candidate: { ...candidate, channels } };
}
