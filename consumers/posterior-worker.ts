/**
 * Entry of the worker thread that estimates effects and gathers the evidence on them: one job, one answer.
 *
 * I1. Exactly one message goes out, whatever happens.
 */
import { parentPort, workerData } from "node:worker_threads";
import { estimateEffects, type Sampled } from "../model/effects.ts";
import { ModelError } from "../model/errors.ts";
import { gatherEvidence } from "../model/evidence/gather.ts";
import { serializeDraws } from "../model/posterior/draws.ts";
import type { Responses } from "../model/posterior/responses.ts";
import { describeError } from "../schemas/errors.ts";
import type { PublishedEvidence } from "../schemas/evidence.ts";
import type { EffectsAnswer, EffectsJob } from "./posterior-thread.ts";
import { publishEvidence } from "./published-evidence.ts";

/** Of the checks' short runs; no session's seed is. */
const EVIDENCE_SEED = 1;

function answer({ dataset, config }: EffectsJob): EffectsAnswer {
  try {
    const { summary, draws, responses, sampled } = estimateEffects(dataset, config);
    return {
      kind: "effects",
      summary,
      draws: draws === null ? null : serializeDraws(draws),
      evidence: sampled === null ? null : gather(sampled, responses),
    };
  } catch (error) {
    if (!(error instanceof ModelError)) return { kind: "failed", message: describeError(error) };
    const { code, message, data } = error;
    return { kind: "refused", code, message, data };
  }
}

function gather(sampled: Sampled, responses: Responses): PublishedEvidence {
  const { dataset, methodology } = sampled;
  const options = { seed: EVIDENCE_SEED, responses };
  return publishEvidence(gatherEvidence(dataset, methodology, sampled, options));
}

parentPort?.postMessage(answer(workerData as EffectsJob));
