/**
 * What Claude is told of a job: compact rows of figures, nothing that identifies a person.
 *
 * I1. Only what the question needs: no history of other work items, no raw data, no locked weeks
 *     before the final decision.
 */
import type { Specification } from "../../guard/specification/specification.ts";
import type { Claude } from "./ask.ts";
import type { Asker } from "./paid-calls.ts";
import type { Prompts } from "./prompts.ts";
import type { ClaudeSettings } from "./settings.ts";
import type { BusinessContext } from "../business-context.ts";
import type { LoadData } from "../data-source.ts";
import type { Job, Task, TrainedModel } from "../reasoners.ts";

export interface WrapTools {
  readonly claude: Claude;
  readonly prompts: Prompts;
  readonly settings: ClaudeSettings;
  readonly spec: Specification;
  readonly load: LoadData;
}

export function toAsker(job: Job): Omit<Asker, "role" | "promptDigest"> {
  const { session, businessUnit, step, signal } = job;
  return { session, businessUnit, step, signal };
}

export function describeTaskInput(task: Task) {
  const { kind, text, feedback, constraints, instruction, iteration, attempt } = task;
  return { kind, iteration, attempt, text, instruction, feedback, constraints };
}

export function describeBusinessInput(context: BusinessContext) {
  const { industry, currency, roi_unit, margin, roi_benchmarks, success_criteria, objective } =
    context;
  return { industry, currency, roi_unit, margin, roi_benchmarks, success_criteria, objective };
}

/** One row per channel with the figures that judgements go by. */
export function createChannelRows(trained: TrainedModel | null) {
  if (trained === null) return null;
  return {
    loss: trained.loss,
    baseline_share: trained.baseline_share,
    channels: trained.channels.map((row) => ({
      channel: row.channel,
      media_type: row.media_type,
      decay: row.decay,
      alpha: row.alpha,
      gamma: row.gamma,
      roi: row.roi,
      roi_low: row.roi_low,
      roi_high: row.roi_high,
      mroi: row.mroi,
      spend_share: row.spend_share,
      effect_share: row.effect_share,
      half_life_weeks: row.half_life_weeks,
    })),
    findings: trained.findings.slice(0, 12).map(({ code, channel, message }) => ({
      code,
      channel,
      message,
    })),
  };
}
