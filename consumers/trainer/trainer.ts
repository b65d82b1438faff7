/**
 * The trainer: fits a configuration that the guard cleared, and nothing else.
 *
 * I1. Nothing is trained without a clearance: signature, session, proposal, specification and the
 *     digest of the very text that is trained are checked here, at execution.
 * I2. A request whose id does not follow from its cause is refused: an old clearance in a new
 *     message trains nothing.
 * I3. A refusal has another id than the result would have: a message altered after its verdict bears
 *     the id of the true one, and its refusal is recorded beside the true one's result.
 * I4. It is trained on the data that it was cleared for: other bytes are refused (`data_changed`).
 * I5. The configuration is trained as cleared; no parameter is moved by the trainer.
 * I6. The model of record is asked for behind a clearance only, and is that of the cleared
 *     configuration's methodology: no proposal moves it.
 */
import { verifyClearance } from "../../guard/tokens/clearance.ts";
import type { ModelConfig } from "../../model/config.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import { deriveEventId, type Event, type EventOf, type Recorded } from "../../schemas/event.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { STEP_EVENTS_MAX } from "../../session/decide.ts";
import { readLockedTestContext, readTrainingContext } from "../../session/work-context.ts";
import type { Emission } from "../../producers/publish.ts";
import { NO_LOCKED_WEEKS } from "../../session/reactions.ts";
import { BASELINE_ITEM } from "../../session/state.ts";
import { parseConfigText } from "../../agents/config-cache.ts";
import { emit, type Consumer, type RecordedOf } from "../loop/consumer.ts";
import type { RecordedEffects } from "../effects-record.ts";
import type { KeyRing } from "../../guard/tokens/keys.ts";

export interface TrainingJob {
  readonly seed: number;
  readonly businessUnit: string;
  /** The session's cleared baseline; null when it is the one that is trained. */
  readonly baseline: ModelConfig | null;
  /** Of the data it was cleared for; null where the clearance names none. */
  readonly dataDigest: string | null;
  readonly signal: AbortSignal;
}

/** What fits a model; the built-in engine or an outside program. */
export interface Training {
  readonly name: string;
  train(config: ModelConfig, job: TrainingJob): Promise<Trained>;
  lockedTest(
    configs: { readonly baseline: ModelConfig; readonly final: ModelConfig },
    job: Pick<TrainingJob, "businessUnit" | "dataDigest" | "signal">,
  ): Promise<EventOf<"LockedTestEvaluated">["data"]>;
}

/** All of ModelTrained that the fit itself gives. */
export type Trained = Omit<
  EventOf<"ModelTrained">["data"],
  | "proposal"
  | "config_digest"
  | "trainer"
  | "posterior"
  | "posterior_digest"
  | "posterior_signature"
  | "fold_losses"
> & {
  /** Of the rolling-origin folds, where this trainer tells. */
  readonly fold_losses?: readonly number[];
  /** The model of record, where this trainer has one. */
  readonly effects?: RecordedEffects;
};

export interface TrainerTools {
  readonly training: Training;
  readonly guardKeys: KeyRing;
  readonly specDigest: string;
}

export function createTrainer(tools: TrainerTools): Consumer {
  return {
    name: "trainer",
    reads: [TOPICS.training],
    on: {
      TrainingRequested: async (event, { signal }) => [
        emitToInbox(await trainRequestedModel(tools, event, signal)),
      ],
      LockedTestRequested: async (event, { signal }) => [
        emitToInbox(await runLockedTest(tools, event, signal)),
      ],
    },
    failed: (event, { code, message }) => [
      emitToInbox(createTrainingFailure(event, code, message)),
    ],
  };
}

const REFUSALS: ReadonlySet<string> = new Set(["TrainingRefused", "LockedTestRefused"]);

function emitToInbox(event: Event): Emission {
  const emission = emit(event, TOPICS.sessions);
  return REFUSALS.has(event.type) ? { ...emission, index: 1 } : emission;
}

type Request = RecordedOf<"TrainingRequested">;
type TestRequest = RecordedOf<"LockedTestRequested">;

async function trainRequestedModel(
  tools: TrainerTools,
  event: Request,
  signal: AbortSignal,
): Promise<Event> {
  const { proposal, config_digest, seed } = event.data;
  const businessUnit = event.envelope.business_unit;
  const refuse = (code: string, reason: string): Event => ({
    type: "TrainingRefused",
    data: { proposal, code, reason },
  });
  let configs: { readonly cleared: ClearedConfig; readonly baseline: ModelConfig | null };
  let found: Trained;
  try {
    const cleared = requireClearedConfig(tools, event, {
      proposal,
      config: event.attachments.config ?? "",
      clearance: event.attachments.clearance ?? "",
      digest: config_digest,
    });
    configs = { cleared, baseline: readClearedBaseline(tools, event) };
  } catch (error) {
    return createTrainerRefusal(error, refuse);
  }
  const { baseline, cleared } = configs;
  const { config, dataDigest } = cleared;
  try {
    const job = { seed, businessUnit, baseline, dataDigest, signal };
    found = await tools.training.train(config, job);
  } catch (error) {
    if (error instanceof MmmError && REFUSING.has(error.code))
      return createTrainerRefusal(error, refuse);
    throw error;
  }
  const { effects, fold_losses = [], ...trained } = found;
  return {
    type: "ModelTrained",
    data: {
      ...trained,
      proposal,
      config_digest,
      trainer: tools.training.name,
      fold_losses,
      posterior: isBaseline(proposal) ? (effects?.posterior ?? null) : null,
      posterior_digest: effects?.digest ?? null,
      posterior_signature: effects?.signature ?? null,
    },
  };
}

/** What speaks of the request, not of the trainer. */
const REFUSING: ReadonlySet<string> = new Set(["not_plausible", "data_changed"]);

/** The whole posterior goes into a history once; what is trained later names it by its digest. */
function isBaseline(proposal: string): boolean {
  return proposal.startsWith(`${BASELINE_ITEM}.`);
}

/** The session goes on to its decision without them. */
const NOTHING_LOCKED: Event = {
  type: "LockedTestRefused",
  data: { code: NO_LOCKED_WEEKS, reason: "the configuration locks no weeks" },
};

async function runLockedTest(
  tools: TrainerTools,
  event: TestRequest,
  signal: AbortSignal,
): Promise<Event> {
  try {
    const context = readLockedTestContext(event.attachments.context);
    const final = requireClearedConfig(tools, event, {
      proposal: context.proposal,
      config: event.attachments.config ?? "",
      clearance: event.attachments.clearance ?? "",
      digest: event.data.final_digest,
    });
    const baseline = requireClearedConfig(tools, event, {
      proposal: context.baseline_proposal,
      config: context.baseline_config,
      clearance: context.baseline_clearance,
      digest: event.data.baseline_digest,
    });
    if (final.config.evaluation.locked_test_weeks === 0) return NOTHING_LOCKED;
    const businessUnit = event.envelope.business_unit;
    const configs = { baseline: baseline.config, final: final.config };
    const { dataDigest } = final;
    const data = await tools.training.lockedTest(configs, { businessUnit, dataDigest, signal });
    return { type: "LockedTestEvaluated", data };
  } catch (error) {
    return createTrainerRefusal(error, (code, reason) => ({
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

interface ClearedConfig {
  readonly config: ModelConfig;
  readonly dataDigest: string | null;
}

function requireClearedConfig(
  tools: TrainerTools,
  event: Recorded,
  cleared: Cleared,
): ClearedConfig {
  const { session, id, cause } = event.envelope;
  if (!isCausedBy(cause, id)) {
    throw new MmmError("clearance_refused", "the request does not follow from its cause");
  }
  if (computeSha256(cleared.config) !== cleared.digest) {
    throw new MmmError("clearance_refused", "the configuration is not the one asked for");
  }
  const { data_digest = null } = verifyClearance(cleared.clearance, tools.guardKeys, {
    session,
    proposal: cleared.proposal,
    config: cleared.config,
    spec_digest: tools.specDigest,
  });
  return { config: parseConfigText(cleared.config), dataDigest: data_digest };
}

function isCausedBy(cause: string, id: string): boolean {
  for (let index = 0; index < STEP_EVENTS_MAX; index += 1) {
    if (deriveEventId(cause, "coordinator", index) === id) return true;
  }
  return false;
}

/** The baseline that came beside a request to train another configuration; null for its own. */
function readClearedBaseline(tools: TrainerTools, event: Request): ModelConfig | null {
  // A coordinator of an earlier version sends no context with a request to train.
  if (isBaseline(event.data.proposal) || event.attachments.context === undefined) return null;
  const { baseline_config: config, ...baseline } = readTrainingContext(event.attachments.context);
  if (config === "") return null;
  return requireClearedConfig(tools, event, {
    proposal: baseline.baseline_proposal,
    config,
    clearance: baseline.baseline_clearance,
    digest: computeSha256(config),
  }).config;
}

function createTrainerRefusal(
  error: unknown,
  make: (code: string, reason: string) => Event,
): Event {
  if (error instanceof MmmError && !error.retriable) return make(error.code, error.message);
  throw error;
}

function createTrainingFailure(event: Recorded, code: string, message: string): Event {
  if (event.type === "TrainingRequested") {
    const { proposal } = event.data;
    return { type: "TrainingFailed", data: { proposal, code, reason: message } };
  }
  return { type: "LockedTestRefused", data: { code, reason: message } };
}
