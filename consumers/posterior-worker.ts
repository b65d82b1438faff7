/**
 * Entry of the worker thread that estimates effects: one job, one answer.
 *
 * I1. Exactly one message goes out, whatever happens.
 */
import { parentPort, workerData } from "node:worker_threads";
import { estimateEffects } from "../model/effects.ts";
import { ModelError } from "../model/errors.ts";
import { serializeDraws } from "../model/posterior/draws.ts";
import { describeError } from "../schemas/errors.ts";
import type { EffectsAnswer, EffectsJob } from "./posterior-thread.ts";

function answer({ dataset, config }: EffectsJob): EffectsAnswer {
  try {
    const { summary, draws } = estimateEffects(dataset, config);
    return { kind: "effects", summary, draws: draws === null ? null : serializeDraws(draws) };
  } catch (error) {
    if (!(error instanceof ModelError)) return { kind: "failed", message: describeError(error) };
    const { code, message, data } = error;
    return { kind: "refused", code, message, data };
  }
}

parentPort?.postMessage(answer(workerData as EffectsJob));
