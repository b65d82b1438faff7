/** All consumers with the tools they work with. */
import { randomBytes } from "node:crypto";
import { createBuiltinReasoners } from "../consumers/builtin-reasoners.ts";
import { createBuiltinTraining } from "../consumers/builtin-training.ts";
import { createBusinessAnalyst } from "../consumers/business-analyst.ts";
import type { Consumer } from "../consumers/consumer.ts";
import { createDataLoader, modelCall } from "../consumers/data-source.ts";
import { createDataScientist } from "../consumers/data-scientist.ts";
import { createGuard } from "../consumers/guard.ts";
import { createJudging } from "../consumers/judging.ts";
import { createResearchPersona } from "../consumers/research-persona.ts";
import { createRouter } from "../consumers/router.ts";
import { createStakeholder } from "../consumers/stakeholder.ts";
import { createSubprocessTraining } from "../consumers/subprocess-training.ts";
import { createTrainer, type Training } from "../consumers/trainer.ts";
import type { Keys } from "../consumers/vouching.ts";
import { absentJudge } from "../guard/absent-judge.ts";
import { observedExposure } from "../guard/exposure.ts";
import { headJudge } from "../guard/head-judge.ts";
import { shippedIntentHead } from "../guard/intent-head.ts";
import { LEXICON_JUDGE } from "../guard/lexicon-judge.ts";
import { rememberedJudge } from "../guard/memo.ts";
import type { SemanticJudge } from "../guard/semantics.ts";
import type { ObservedExposure } from "../guard/signature.ts";
import { SPECIFICATION_SHIPPED } from "../guard/specification.ts";
import { systemClock } from "../infra/clock.ts";
import { readTextFile } from "../infra/files.ts";
import { runProcess } from "../infra/subprocess.ts";
import { errorText } from "../schemas/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import type { SentenceEncoder } from "../router/sentence-encoder.ts";
import type { ModelObserver } from "../session/language-model.ts";
import type { EventLog, KeyValueStore, SnapshotStore } from "../session/ports.ts";
import { wireClaude } from "./claude.ts";
import { readRegistry, withRegistry, type Registry } from "./registry.ts";
import type { RouteObserver } from "./route-watch.ts";
import { openRouting } from "./routing.ts";
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
  close(): Promise<void>;
}

/** Makes the consumers; opens the encoder only where a role needs it. */
export async function composeConsumers(
  parts: ConsumerParts,
  roles: readonly RoleName[],
  signal: AbortSignal,
): Promise<Composed> {
  const { keys, settings, values } = parts;
  const spec = SPECIFICATION_SHIPPED;
  const needs = { router: roles.includes("router"), guard: roles.includes("guard") };
  const routing = await openRouting(settings, needs, parts.models.routes);
  const load = loadingAfter(parts.log);
  const claude = wireClaude({
    ...parts,
    settings: settings.agents,
    clock: systemClock,
    random,
    observer: parts.models.modelObserver,
    callOut: parts.models.callOut,
    spec,
    load,
    signal,
  });
  const builtin = createBuiltinReasoners({ load, settings: settings.business, spec });
  const reasoners = withRegistry(claude.wrap(builtin), registryOf(parts), {
    clock: systemClock,
    random,
    environment: parts.environment,
    spec,
  });
  const agents = { reasoners, spec, coordinatorKeys: keys.coordinator };
  const judges = [...judgesOf(routing.encoder, settings, routing.refused), ...claude.judges];
  const remembered = rememberedJudge({ store: values, ring: keys.guard, judges });
  const consumers = {
    router: createRouter({ route: routing.route }),
    "data-scientist": createDataScientist(agents),
    guard: createGuard({
      judge: createJudging({ spec, judge: remembered, observed: observedBy(load) }),
      specDigest: spec.digest,
      guardKeys: keys.guard,
      coordinatorKeys: keys.coordinator,
      limit: { clock: systemClock, ms: verdictLimitMs(settings) },
    }),
    trainer: createTrainer({
      training: trainingOf(settings.trainer, load),
      guardKeys: keys.guard,
      specDigest: spec.digest,
    }),
    "business-analyst": createBusinessAnalyst(agents),
    stakeholder: createStakeholder(agents),
    "research-persona": createResearchPersona(agents),
  };
  return { consumers, refused: routing.refused, close: () => routing.close() };
}

/**
 * The judges of words that need no key: the lexicon and the trained head; the lexicon alone only where
 * the settings say so. A head that cannot be opened refuses all words.
 */
export function judgesOf(
  encoder: SentenceEncoder | null,
  settings: Settings,
  missing: string | null = null,
): SemanticJudge[] {
  if (settings.guard.semantics === "lexicon") return [LEXICON_JUDGE];
  return [LEXICON_JUDGE, headOf(encoder, missing)];
}

function headOf(encoder: SentenceEncoder | null, missing: string | null): SemanticJudge {
  try {
    if (encoder !== null) return headJudge(encoder, shippedIntentHead());
    const why = missing ?? "the sentence encoder was not opened";
    return absentJudge("head", `${why}; repair it, or set guard.semantics: lexicon`);
  } catch (error) {
    return absentJudge("head", errorText(error));
  }
}

/** Longer than every judge's own limit; what takes longer still is refused. */
function verdictLimitMs({ agents }: Settings): number {
  const { total_timeout_s, step_timeout_s, guard_votes } = agents.claude;
  return 1000 * (120 + guard_votes * Math.max(total_timeout_s, step_timeout_s));
}

type Load = ReturnType<typeof createDataLoader>;

/**
 * Loads data once what went before is durable: fits and searches hold the thread for seconds, and an
 * open transaction of the embedded log would keep other processes from writing for as long.
 */
function loadingAfter(log: Pick<EventLog, "flush">): Load {
  const load = createDataLoader({ read: readData });
  return async (config) => {
    const loaded = await load(config);
    await log.flush();
    return loaded;
  };
}

/** The guard's own look at the data that a pinned baseline names. */
function observedBy(load: Load): (baseline: ModelConfig) => Promise<ObservedExposure> {
  return async (baseline) => {
    const { dataset } = await load(baseline);
    return modelCall(() => observedExposure(dataset, baseline));
  };
}

function trainingOf(settings: Settings["trainer"], load: Load): Training {
  if (settings.kind === "builtin") return createBuiltinTraining(load);
  return createSubprocessTraining({ load, run: runProcess, settings });
}

/** Who serves the agents' roles; all are local where nothing may be called. */
function registryOf({ environment, models }: ConsumerParts): Registry {
  if (models.callOut === false) return { agents: {} };
  return readRegistry(environment["MMM_REGISTRY"] ?? "config/registry.json");
}

async function readData(path: string): Promise<string> {
  return readTextFile(path, "csv", "data_invalid");
}

/** Uniform in [0, 1), for jitter. */
export function random(): number {
  return randomBytes(4).readUInt32LE() / 2 ** 32;
}
