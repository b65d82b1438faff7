/**
 * The composition root: settings and a state folder in, a running system out. The only place that
 * knows every adapter.
 */
import { randomBytes } from "node:crypto";
import { createBuiltinReasoners } from "../consumers/builtin-reasoners.ts";
import { createBuiltinTraining } from "../consumers/builtin-training.ts";
import { createBusinessAnalyst } from "../consumers/business-analyst.ts";
import { runConsumer, type Running } from "../consumers/consume.ts";
import type { Consumer } from "../consumers/consumer.ts";
import { runCoordinator } from "../consumers/coordinator.ts";
import { createDataLoader } from "../consumers/data-source.ts";
import { createDataScientist } from "../consumers/data-scientist.ts";
import { createGuard } from "../consumers/guard.ts";
import { createJudging } from "../consumers/judging.ts";
import { SILENT, type Observer } from "../consumers/observer.ts";
import { createResearchPersona } from "../consumers/research-persona.ts";
import { createRouter } from "../consumers/router.ts";
import { createStakeholder } from "../consumers/stakeholder.ts";
import { createTrainer } from "../consumers/trainer.ts";
import type { Keys } from "../consumers/vouching.ts";
import { parseRing, ringJson, ringOf, signingKeyOf } from "../guard/keys.ts";
import { LEXICON_JUDGE } from "../guard/lexicon-judge.ts";
import { rememberedJudge } from "../guard/memo.ts";
import { SPECIFICATION_SHIPPED } from "../guard/specification.ts";
import { systemClock } from "../infra/clock.ts";
import { readTextFile } from "../infra/files.ts";
import { keySeed, readKeyFile, writeKeyFile } from "../infra/keys.ts";
import type { Json } from "../schemas/canonical.ts";
import { SILENT_MODEL_OBSERVER, type ModelObserver } from "../session/language-model.ts";
import type { Clock, EventLog, SnapshotStore } from "../session/ports.ts";
import { openBackend } from "./backend.ts";
import { wireClaude } from "./claude.ts";
import { routeByRules } from "./routing.ts";
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

export interface App {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly settings: Settings;
  /** Starts consumers; resolves when all are joined. */
  start(roles: readonly RoleName[], observer?: Observer): Promise<Running>;
  close(): Promise<void>;
}

export interface AppOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  /** True for commands that only look: a folder without state is refused. */
  readonly mustExist?: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** False for replay and forks: no model is called, stored answers are used (default true). */
  readonly callOut?: boolean;
  readonly modelObserver?: ModelObserver;
}

const GROUP_PREFIX = "mmm";

/** Opens log, snapshots and keys; consumers run only after `start`. */
export async function openApp(options: AppOptions): Promise<App> {
  const { settings, stateDir } = options;
  const state = await openBackend(options);
  const environment = options.environment ?? process.env;
  const keys = settings.log.kind === "memory" ? freshKeys() : loadKeys(stateDir, environment);
  return {
    log: state.log,
    snapshots: state.snapshots,
    clock: systemClock,
    keys,
    settings,
    start: (roles, observer = SILENT) =>
      startRoles({ ...state, settings, keys, observer, environment, models: options }, roles),
    close: () => state.close(),
  };
}

/** The rings of a state folder, made on first use. */
export function loadKeys(
  stateDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Keys {
  const file = readKeyFile(stateDir, environment);
  if (file !== null) {
    return {
      coordinator: parseRing(file.coordinator as Json),
      guard: parseRing(file.guard as Json),
    };
  }
  const keys = freshKeys();
  writeKeyFile(stateDir, {
    coordinator: ringJson(keys.coordinator, { private: true }),
    guard: ringJson(keys.guard, { private: true }),
  });
  return keys;
}

function freshKeys(): Keys {
  const ring = () => ringOf(signingKeyOf(keySeed()));
  return { coordinator: ring(), guard: ring() };
}

interface Parts {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly settings: Settings;
  readonly keys: Keys;
  readonly observer: Observer;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly models: Pick<AppOptions, "callOut" | "modelObserver">;
}

async function startRoles(parts: Parts, roles: readonly RoleName[]): Promise<Running> {
  const running: Running[] = [];
  const halt = new AbortController();
  const stop = async () => {
    halt.abort();
    for (const part of running.toReversed()) await part.stop();
  };
  try {
    const consumers = consumersOf(parts, halt.signal);
    for (const role of roles) running.push(await startRole(parts, consumers, role));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, ended: Promise.race(running.map((part) => part.ended)) };
}

async function startRole(
  parts: Parts,
  consumers: Readonly<Record<Exclude<RoleName, "coordinator">, Consumer>>,
  role: RoleName,
): Promise<Running> {
  const { log, snapshots, observer, keys } = parts;
  const shared = { log, clock: systemClock, observer, groupPrefix: GROUP_PREFIX };
  if (role === "coordinator") return runCoordinator({ ...shared, snapshots, keys });
  return runConsumer(consumers[role], { ...shared, random });
}

function consumersOf(
  parts: Parts,
  signal: AbortSignal,
): Readonly<Record<Exclude<RoleName, "coordinator">, Consumer>> {
  const { keys, settings, snapshots } = parts;
  const spec = SPECIFICATION_SHIPPED;
  const load = createDataLoader({ read: readData });
  const claude = wireClaude({
    ...parts,
    settings: settings.agents,
    clock: systemClock,
    random,
    observer: parts.models.modelObserver ?? SILENT_MODEL_OBSERVER,
    callOut: parts.models.callOut ?? true,
    spec,
    load,
    signal,
  });
  const reasoners = claude.wrap(
    createBuiltinReasoners({ load, settings: settings.business, spec }),
  );
  const judges = [LEXICON_JUDGE, ...claude.judges];
  const agents = { reasoners, spec, coordinatorKeys: keys.coordinator };
  const training = createBuiltinTraining(load);
  return {
    router: createRouter({ route: routeByRules }),
    "data-scientist": createDataScientist(agents),
    guard: createGuard({
      judge: createJudging({
        spec,
        judge: rememberedJudge({ store: snapshots, ring: keys.guard, judges }),
      }),
      specDigest: spec.digest,
      guardKeys: keys.guard,
      coordinatorKeys: keys.coordinator,
    }),
    trainer: createTrainer({ training, guardKeys: keys.guard, specDigest: spec.digest }),
    "business-analyst": createBusinessAnalyst(agents),
    stakeholder: createStakeholder(agents),
    "research-persona": createResearchPersona(agents),
  };
}

async function readData(path: string): Promise<string> {
  return readTextFile(path, "csv", "data_invalid");
}

/** Uniform in [0, 1), for jitter. */
function random(): number {
  return randomBytes(4).readUInt32LE() / 2 ** 32;
}
