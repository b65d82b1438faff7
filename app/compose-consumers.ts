/** All consumers with the tools they work with. */
import { randomBytes } from "node:crypto";
import { createBuiltinReasoners } from "../agents/builtin/reasoners.ts";
import { createBuiltinTraining } from "../consumers/trainer/builtin.ts";
import { createBusinessAnalyst } from "../consumers/business-analyst.ts";
import type { Consumer } from "../consumers/loop/consumer.ts";
import { createDataLoader, callModel, type LoadData } from "../agents/data-source.ts";
import { createDataScientist } from "../consumers/data-scientist.ts";
import { createEffectsRecord } from "../consumers/effects-record.ts";
import { createGuard } from "../consumers/guard.ts";
import { createVerdictRequest } from "../consumers/guard-question.ts";
import { estimateInThread } from "../consumers/posterior-thread.ts";
import { readStoredDraws } from "../consumers/stored-draws.ts";
import { createResearchPersona } from "../consumers/research-persona.ts";
import { createRouter } from "../consumers/router.ts";
import { createStakeholder } from "../consumers/stakeholder.ts";
import { createSubprocessTraining } from "../consumers/trainer/subprocess.ts";
import { createTrainer, type Training } from "../consumers/trainer/trainer.ts";
import type { Keys } from "../consumers/coordinator/attachments.ts";
import { measureObservedExposure } from "../guard/signature/exposure.ts";
import { createHeadJudge } from "../guard/words/head-judge.ts";
import { loadShippedIntentHead } from "../guard/words/intent-head.ts";
import { LEXICON_JUDGE } from "../guard/words/lexicon-judge.ts";
import { createCachedJudge } from "../guard/verdict-cache.ts";
import type { SemanticJudge } from "../guard/words/judges.ts";
import type { ObservedExposure } from "../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../guard/specification/specification.ts";
import { systemClock } from "../infra/clock.ts";
import { readDataBytes } from "../infra/files.ts";
import { runProcess } from "../infra/subprocess.ts";
import { MmmError } from "../schemas/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import type { RuntimeName } from "../router/runtime-name.ts";
import type { SentenceEncoder } from "../router/encoder/sentence-encoder.ts";
import type { ModelObserver } from "../session/language-model.ts";
import type { EventLog, KeyValueStore, SnapshotStore } from "../session/ports.ts";
import { readKeptData } from "./data-copies.ts";
import { buildClaudeWiring } from "./compose-claude.ts";
import { readRegistry, withRegistry, type Registry } from "./registry.ts";
import type { RouteObserver } from "./route-watch.ts";
import { openRouting, type Routing } from "./open-router.ts";
import type { Settings } from "./settings.ts";

/** The consumers by role, as `mmm worker --roles` names them. */
export const ROLE_NAMES = [
  "coordinator",
  "router",
  "data-scientist",
  "guard",
  "trainer",
  "business-analyst",
  "stakeholder",
  "research-persona",
] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

export interface ConsumerParts {
  readonly log: Pick<EventLog, "flush">;
  readonly snapshots: SnapshotStore;
  readonly values: KeyValueStore;
  readonly settings: Settings;
  readonly keys: Keys;
  /** State folder whose copies of data are looked at; "" for none. */
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly models: {
    readonly callOut: boolean;
    readonly modelObserver: ModelObserver;
    readonly routes: RouteObserver;
  };
}

export interface Composed {
  readonly consumers: Readonly<Record<Exclude<RoleName, "coordinator">, Consumer>>;
  /** Why the trained router was refused; null when it was not, or was not asked for. */
  readonly refused: string | null;
  /** What computes sentence embeddings here; null where no role needs them. */
  readonly encoder: RuntimeName | null;
  close(): Promise<void>;
}

/**
 * Makes the consumers; opens the encoder only where a role needs it.
 * @throws MmmError a guard that could not judge: encoder_unavailable, checkpoint_refused, guard_unable
 */
export async function createConsumers(
  parts: ConsumerParts,
  roles: readonly RoleName[],
  signal: AbortSignal,
): Promise<Composed> {
  const { keys, settings, values } = parts;
  const spec = SPECIFICATION_SHIPPED;
  const needs = { router: roles.includes("router"), guard: roles.includes("guard") };
  const routing = await openRouting(settings, needs, parts.models.routes);
  const load = createFlushingLoader(parts);
  const claude = buildClaudeWiring({
    ...parts,
    settings: settings.agents,
    clock: systemClock,
    random: drawUniform,
    observer: parts.models.modelObserver,
    callOut: parts.models.callOut,
    spec,
    load,
    signal,
  });
  const builtin = createBuiltinReasoners({ load, settings: settings.business, spec });
  const reasoners = withRegistry(claude.wrap(builtin), selectRegistry(parts), {
    clock: systemClock,
    random: drawUniform,
    environment: parts.environment,
    spec,
  });
  const agents = { reasoners, spec, coordinatorKeys: keys.coordinator };
  const local = needs.guard ? await prepareJudges(routing, parts) : [];
  const judges = [...local, ...claude.judges];
  const cachedJudge = createCachedJudge({ store: values, ring: keys.guard, judges });
  const consumers = {
    router: createRouter({ route: routing.route }),
    "data-scientist": createDataScientist(agents),
    guard: createGuard({
      judge: createVerdictRequest({
        spec,
        judge: cachedJudge,
        observed: createExposureReader(load),
      }),
      specDigest: spec.digest,
      guardKeys: keys.guard,
      coordinatorKeys: keys.coordinator,
      limit: { clock: systemClock, ms: computeVerdictLimitMs(settings) },
      retry: { clock: systemClock, waitsMs: GUARD_WAITS_MS },
    }),
    trainer: createTrainer({
      training: createTraining(parts, load, spec.digest),
      guardKeys: keys.guard,
      specDigest: spec.digest,
    }),
    "business-analyst": createBusinessAnalyst(agents),
    stakeholder: createStakeholder(agents),
    "research-persona": createResearchPersona(agents),
  };
  const encoder = routing.encoder?.runtime ?? null;
  return { consumers, refused: routing.refused, encoder, close: () => routing.close() };
}

/** Half a minute in all: a file that is being replaced, an encoder that starts again. */
const GUARD_WAITS_MS: readonly number[] = [1_000, 4_000, 10_000, 15_000];

/** What a guard judges with, or the reason why it would not be able to. */
async function prepareJudges(routing: Routing, parts: ConsumerParts): Promise<SemanticJudge[]> {
  try {
    if (parts.keys.guard.signing === null) {
      throw new MmmError(
        "guard_unable",
        "the guard has no key to sign with; give it the whole key file in MMM_KEYS, or rotate (mmm guard keys rotate)",
      );
    }
    return createJudges(routing.encoder, parts.settings, routing.refused);
  } catch (error) {
    await routing.close();
    throw error;
  }
}

/**
 * The judges of words that need no key: the lexicon and the trained head; the lexicon alone only where
 * the settings say so.
 * @throws MmmError encoder_unavailable, checkpoint_refused: the head cannot be opened
 */
export function createJudges(
  encoder: SentenceEncoder | null,
  settings: Settings,
  missing: string | null = null,
): SemanticJudge[] {
  if (settings.guard.semantics === "lexicon") return [LEXICON_JUDGE];
  return [LEXICON_JUDGE, openHeadJudge(encoder, missing)];
}

function openHeadJudge(encoder: SentenceEncoder | null, missing: string | null): SemanticJudge {
  if (encoder !== null) return createHeadJudge(encoder, loadShippedIntentHead());
  const why = missing ?? "the sentence encoder was not opened";
  throw new MmmError(
    "encoder_unavailable",
    `the guard cannot judge words: ${why}; install the package again, or set guard.semantics: lexicon`,
  );
}

/** Longer than every judge's own limit; what takes longer still is refused. */
function computeVerdictLimitMs({ agents }: Settings): number {
  const { total_timeout_s, step_timeout_s, guard_votes } = agents.claude;
  return 1000 * (120 + guard_votes * Math.max(total_timeout_s, step_timeout_s));
}

/**
 * Loads data once what went before is durable: fits and searches hold the thread for seconds, and an
 * open transaction of the embedded log would keep other processes from writing for as long.
 */
function createFlushingLoader({ log, dataDir }: Pick<ConsumerParts, "log" | "dataDir">): LoadData {
  const readCopy = async (digest: string): Promise<Uint8Array | null> =>
    dataDir === "" ? null : readKeptData(dataDir, digest);
  const load = createDataLoader({ read: readData, readCopy });
  return async (config, digest) => {
    const loaded = await load(config, digest);
    await log.flush();
    return loaded;
  };
}

/** The guard's own look at the data that a pinned baseline names. */
function createExposureReader(
  load: LoadData,
): (baseline: ModelConfig, digest: string | null) => Promise<ObservedExposure> {
  return async (baseline, digest) => {
    const { dataset } = await load(baseline, digest);
    return callModel(() => measureObservedExposure(dataset, baseline));
  };
}

function createTraining(parts: ConsumerParts, load: LoadData, specDigest: string): Training {
  const { trainer: settings } = parts.settings;
  if (settings.kind === "subprocess") {
    return createSubprocessTraining({ load, run: runProcess, settings });
  }
  const findEffects = createEffectsRecord({
    estimate: estimateInThread,
    store: parts.values,
    ring: parts.keys.guard,
    specDigest,
  });
  return createBuiltinTraining(load, findEffects, (digest) =>
    readStoredDraws(parts.values, digest),
  );
}

/** Who serves the agents' roles; all are local where nothing may be called. */
function selectRegistry({ environment, models }: ConsumerParts): Registry {
  if (models.callOut === false) return { agents: {} };
  return readRegistry(environment["MMM_REGISTRY"] ?? "config/registry.json");
}

async function readData(path: string): Promise<Uint8Array> {
  return readDataBytes(path);
}

/** Uniform in [0, 1), for jitter. */
export function drawUniform(): number {
  return randomBytes(4).readUInt32LE() / 2 ** 32;
}
