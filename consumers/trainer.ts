/**
 * The trainer: fits a configuration that the guard cleared, and nothing else.
 *
 * I1. Nothing is trained without a clearance: signature, session, proposal, specification and the
 *     digest of the very text that is trained are checked here, at execution.
 * I2. A request whose id does not follow from its cause is refused: an old clearance in a new
 *     message trains nothing.
 * I3. A refusal has another id than the result would have: a message altered after its verdict bears
 *     the id of the true one, and its refusal is recorded beside the true one's result.
 * I4. The configuration is trained as cleared; no parameter is moved by the trainer.
 */
import { verifyClearance } from "../guard/clearance.ts";
import type { ModelConfig } from "../model/config.ts";
import { sha256 } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import { eventId, type Event, type EventOf, type Recorded } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { Emission } from "../producers/publish.ts";
import { configOfText } from "./config-text.ts";
import { emit, type Consumer, type RecordedOf } from "./consumer.ts";
import type { LockedTestContext } from "./vouching.ts";
import type { KeyRing } from "../guard/keys.ts";

/** What fits a model; the built-in engine or an outside program. */
export interface Training {
  readonly name: string;
  train(config: ModelConfig, job: { seed: number; signal: AbortSignal }): Promise<Trained>;
  lockedTest(
    configs: { readonly baseline: ModelConfig; readonly final: ModelConfig },
    job: { signal: AbortSignal },
  ): Promise<EventOf<"LockedTestEvaluated">["data"]>;
}

/** All of ModelTrained that the fit itself gives. */
export type Trained = Omit<
  EventOf<"ModelTrained">["data"],
  "proposal" | "config_digest" | "trainer"
>;

export interface TrainerTools {
  readonly training: Training;
  readonly guardKeys: KeyRing;
  readonly specDigest: string;
}

/** Events of one coordinator step at the most. */
const STEP_EVENTS_MAX = 16;

export function createTrainer(tools: TrainerTools): Consumer {
  return {
    name: "trainer",
    reads: [TOPICS.training],
    on: {
      TrainingRequested: async (event, { signal }) => [inbox(await train(tools, event, signal))],
      LockedTestRequested: async (event, { signal }) => [inbox(await test(tools, event, signal))],
    },
    failed: (event, { code, message }) => [inbox(failure(event, code, message))],
  };
}

const REFUSALS: ReadonlySet<string> = new Set(["TrainingRefused", "LockedTestRefused"]);

function inbox(event: Event): Emission {
  const emission = emit(event, TOPICS.sessions);
  return REFUSALS.has(event.type) ? { ...emission, index: 1 } : emission;
}

type Request = RecordedOf<"TrainingRequested">;
type TestRequest = RecordedOf<"LockedTestRequested">;

async function train(tools: TrainerTools, event: Request, signal: AbortSignal): Promise<Event> {
  const { proposal, config_digest, seed } = event.data;
  let config: ModelConfig;
  try {
    config = clearedConfig(tools, event, {
      proposal,
      config: event.attachments.config ?? "",
      clearance: event.attachments.clearance ?? "",
      digest: config_digest,
    });
  } catch (error) {
    return refusal(error, (code, reason) => ({
      type: "TrainingRefused",
      data: { proposal, code, reason },
    }));
  }
  const trained = await tools.training.train(config, { seed, signal });
  return {
    type: "ModelTrained",
    data: { ...trained, proposal, config_digest, trainer: tools.training.name },
  };
}

async function test(tools: TrainerTools, event: TestRequest, signal: AbortSignal): Promise<Event> {
  try {
    const context = JSON.parse(event.attachments.context ?? "{}") as LockedTestContext;
    const final = clearedConfig(tools, event, {
      proposal: context.proposal,
      config: event.attachments.config ?? "",
      clearance: event.attachments.clearance ?? "",
      digest: event.data.final_digest,
    });
    const baseline = clearedConfig(tools, event, {
      proposal: context.baseline_proposal,
      config: context.baseline_config,
      clearance: context.baseline_clearance,
      digest: event.data.baseline_digest,
    });
    const data = await tools.training.lockedTest({ baseline, final }, { signal });
    return { type: "LockedTestEvaluated", data };
  } catch (error) {
    return refusal(error, (code, reason) => ({
      type: "LockedTestRefused",
      data: { code, reason },
    }));
  }
}

interface Cleared {
  readonly proposal: string;
  readonly config: string;
  readonly clearance: string;
  readonly digest: string;
}

function clearedConfig(tools: TrainerTools, event: Recorded, cleared: Cleared): ModelConfig {
  const { session, id, cause } = event.envelope;
  if (!followsFrom(cause, id)) {
    throw new MmmError("clearance_refused", "the request does not follow from its cause");
  }
  if (sha256(cleared.config) !== cleared.digest) {
    throw new MmmError("clearance_refused", "the configuration is not the one asked for");
  }
  verifyClearance(cleared.clearance, tools.guardKeys, {
    session,
    proposal: cleared.proposal,
    config: cleared.config,
    spec_digest: tools.specDigest,
  });
  return configOfText(cleared.config);
}

function followsFrom(cause: string, id: string): boolean {
  for (let index = 0; index < STEP_EVENTS_MAX; index += 1) {
    if (eventId(cause, "coordinator", index) === id) return true;
  }
  return false;
}

function refusal(error: unknown, make: (code: string, reason: string) => Event): Event {
  if (error instanceof MmmError && !error.retriable) return make(error.code, error.message);
  throw error;
}

function failure(event: Recorded, code: string, message: string): Event {
  if (event.type === "TrainingRequested") {
    const { proposal } = event.data;
    return { type: "TrainingFailed", data: { proposal, code, reason: message } };
  }
  return { type: "LockedTestRefused", data: { code, reason: message } };
}
