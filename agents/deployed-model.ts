/**
 * What a results document says of the model that is deployed.
 *
 * I1. Read strictly; what results from before a field do not say is null.
 */
import { z } from "zod";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import type { PublishedReturns } from "../model/monitoring/return-shift.ts";
import { MmmError } from "../schemas/errors.ts";
import { callModel } from "./data-source.ts";
import type { RecordedFit } from "./monitor-history.ts";

const RULE = z.object({
  metric: z.string(),
  warn_above: z.number(),
  rollback_above: z.number(),
  window_weeks: z.int(),
});

const INTERVAL = z.object({
  low: z.number().optional(),
  median: z.number(),
  high: z.number().optional(),
});

/** The part of `optimization_results.json` that monitoring needs. */
const RESULTS = z.object({
  session: z.string().min(1),
  final_config: z.record(z.string(), z.unknown()),
  model: z.object({
    detail: z.string(),
    data_digest: z.string().optional(),
    channels: z.array(z.object({ channel: z.string(), coefficient: z.number() })).optional(),
  }),
  deployment: z.object({ decision: z.string(), monitoring: z.array(RULE).min(1) }),
  posterior: z
    .object({
      channels: z.record(z.string(), z.object({ roi: INTERVAL })),
    })
    .nullish(),
});

const DETAIL = z.object({
  data: z.object({ last_date: z.string(), first_date: z.string().optional() }),
});

export interface DeployedModel {
  readonly session: string;
  readonly decision: string;
  readonly config: ModelConfig;
  readonly rules: readonly z.infer<typeof RULE>[];
  /** Last date of the data the session had; null when the results do not say. */
  readonly deployedUntil: string | null;
  /** ROI by channel as the session published it; null for results without a posterior. */
  readonly published: PublishedReturns | null;
  /** SHA-256 of the session's data; null when the results do not say. */
  readonly dataDigest: string | null;
  readonly recorded: RecordedFit;
}

/** Reads a results document. Throws `config_invalid` naming the field that is missing. */
export function parseDeployedModel(results: unknown): DeployedModel {
  const parsed = RESULTS.safeParse(results);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field =
      issue === undefined || issue.path.length === 0 ? "document" : issue.path.join(".");
    throw new MmmError(
      "config_invalid",
      `Results, ${field}: ${issue?.message ?? "is not valid"}; give the optimization_results.json of a session that ended with a decision`,
    );
  }
  const { session, final_config, model, deployment, posterior } = parsed.data;
  const returns = Object.entries(posterior?.channels ?? {});
  const dates = readDates(model.detail);
  return {
    session,
    decision: deployment.decision,
    config: callModel(() => parseModelConfig(final_config)),
    rules: deployment.monitoring,
    deployedUntil: dates?.last_date ?? null,
    published: returns.length === 0 ? null : Object.fromEntries(returns.map(readReturn)),
    dataDigest: model.data_digest ?? null,
    recorded: {
      firstDate: dates?.first_date ?? null,
      coefficients:
        model.channels === undefined || dates === null
          ? null
          : Object.fromEntries(model.channels.map((row) => [row.channel, row.coefficient])),
    },
  };
}

/** An interval without its ends where the results give the median alone. */
function readReturn([name, { roi }]: [string, { roi: z.infer<typeof INTERVAL> }]): [
  string,
  PublishedReturns[string],
] {
  const { low, median, high } = roi;
  return [name, low === undefined || high === undefined ? { median } : { low, median, high }];
}

function readDates(detail: string): z.infer<typeof DETAIL>["data"] | null {
  try {
    return DETAIL.parse(JSON.parse(detail)).data;
  } catch {
    // An outside trainer's detail need not say; the caller then has to.
    return null;
  }
}
