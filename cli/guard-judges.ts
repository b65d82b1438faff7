/**
 * The judges of a guard outside any session: those that a guard worker has by the same settings.
 *
 * I1. Claude is asked only where the caller wants it and a key is set.
 */
import type { SemanticJudge } from "../guard/semantics.ts";
import { SPECIFICATION_SHIPPED } from "../guard/specification.ts";
import { systemClock } from "../infra/clock.ts";
import { MmmError } from "../schemas/errors.ts";
import { SILENT_MODEL_OBSERVER } from "../session/language-model.ts";
import type { RuntimeName } from "../router/onnx-runtime.ts";
import type { SnapshotStore } from "../session/ports.ts";
import { wireClaude } from "./claude.ts";
import { judgesOf, random } from "./consumers.ts";
import { openRouting } from "./routing.ts";
import type { Settings } from "./settings.ts";

export interface GuardJudges {
  readonly judges: readonly SemanticJudge[];
  /** What computes sentence embeddings; null where the lexicon judges alone. */
  readonly encoder: RuntimeName | null;
  close(): Promise<void>;
}

export interface GuardJudgesParts {
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Where Claude's answers and budgets are kept; null = Claude is not asked. */
  readonly snapshots: SnapshotStore | null;
}

/**
 * Opens them.
 * @throws MmmError encoder_unavailable, checkpoint_refused: nothing could be judged
 */
export async function openJudges(parts: GuardJudgesParts): Promise<GuardJudges> {
  const { settings, snapshots } = parts;
  const routing = await openRouting(settings, { router: false, guard: true });
  try {
    const local = judgesOf(routing.encoder, settings, routing.refused);
    const judges = snapshots === null ? local : [...local, ...claudeOf(parts, snapshots)];
    return { judges, encoder: routing.encoder?.runtime ?? null, close: () => routing.close() };
  } catch (error) {
    await routing.close();
    throw error;
  }
}

function claudeOf(parts: GuardJudgesParts, snapshots: SnapshotStore): readonly SemanticJudge[] {
  const { settings, environment, signal } = parts;
  return wireClaude({
    settings: settings.agents,
    environment,
    snapshots,
    clock: systemClock,
    random,
    observer: SILENT_MODEL_OBSERVER,
    spec: SPECIFICATION_SHIPPED,
    load: () => Promise.reject(new MmmError("internal", "the guard's judge reads no data")),
    callOut: true,
    signal,
  }).judges;
}

/** Opens them with the first use, once; what failed to open is tried again with the next. */
export function lazyJudges(parts: GuardJudgesParts): {
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
