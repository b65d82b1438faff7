/**
 * The judges of a guard outside any session: those that a guard worker has by the same settings.
 *
 * I1. Claude is asked only where the caller wants it and a key is set.
 */
import type { SemanticJudge } from "../guard/words/judges.ts";
import { SPECIFICATION_SHIPPED } from "../guard/specification/specification.ts";
import { systemClock } from "../infra/clock.ts";
import { MmmError } from "../schemas/errors.ts";
import { SILENT_MODEL_OBSERVER } from "../session/language-model.ts";
import type { KeyValueStore, SnapshotStore } from "../session/ports.ts";
import type { RuntimeName } from "../router/runtime-name.ts";
import { buildClaudeWiring } from "./compose-claude.ts";
import { createJudges, drawUniform } from "./compose-consumers.ts";
import { openRouting } from "./open-router.ts";
import type { Settings } from "./settings.ts";

export interface GuardJudges {
  readonly judges: readonly SemanticJudge[];
  /** What computes sentence embeddings; null where the lexicon judges alone. */
  readonly encoder: RuntimeName | null;
  close(): Promise<void>;
}

interface Stores {
  readonly snapshots: SnapshotStore;
  readonly values: KeyValueStore;
}

export interface GuardJudgesParts {
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Where Claude's answers and budgets are kept; null = Claude is not asked. */
  readonly stores: Stores | null;
}

/**
 * Opens them.
 * @throws MmmError encoder_unavailable, checkpoint_refused: nothing could be judged
 */
export async function openJudges(parts: GuardJudgesParts): Promise<GuardJudges> {
  const { settings, stores } = parts;
  const routing = await openRouting(settings, { router: false, guard: true });
  try {
    const local = createJudges(routing.encoder, settings, routing.refused);
    const judges = stores === null ? local : [...local, ...createClaudeJudges(parts, stores)];
    return { judges, encoder: routing.encoder?.runtime ?? null, close: () => routing.close() };
  } catch (error) {
    await routing.close();
    throw error;
  }
}

function createClaudeJudges(parts: GuardJudgesParts, stores: Stores): readonly SemanticJudge[] {
  const { settings, environment, signal } = parts;
  // Named one by one: what is given as stores may be an application with settings of its own.
  const { snapshots, values } = stores;
  return buildClaudeWiring({
    settings: settings.agents,
    environment,
    snapshots,
    values,
    clock: systemClock,
    random: drawUniform,
    observer: SILENT_MODEL_OBSERVER,
    spec: SPECIFICATION_SHIPPED,
    load: () => Promise.reject(new MmmError("internal", "the guard's judge reads no data")),
    callOut: true,
    signal,
  }).judges;
}

/** Opens them with the first use, once; what failed to open is tried again with the next. */
export function createLazyJudges(parts: GuardJudgesParts): {
  get(): Promise<readonly SemanticJudge[]>;
  close(): Promise<void>;
} {
  let opening: Promise<GuardJudges> | null = null;
  return {
    get: async () => {
      opening ??= openJudges(parts);
      try {
        return (await opening).judges;
      } catch (error) {
        opening = null;
        throw error;
      }
    },
    close: async () => (await opening)?.close(),
  };
}
