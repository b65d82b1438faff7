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
import type { KeyValueStore, SnapshotStore } from "../session/ports.ts";
import { wireClaude } from "./claude.ts";
import { judgesOf, random } from "./consumers.ts";
import { openRouting } from "./routing.ts";
import type { Settings } from "./settings.ts";

export interface GuardJudges {
  readonly judges: readonly SemanticJudge[];
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

/** Opens them. */
export async function openJudges(parts: GuardJudgesParts): Promise<GuardJudges> {
  const { settings, stores } = parts;
  const routing = await openRouting(settings, { router: false, guard: true });
  const local = judgesOf(routing.encoder, settings, routing.refused);
  const judges = stores === null ? local : [...local, ...claudeOf(parts, stores)];
  return { judges, close: () => routing.close() };
}

function claudeOf(parts: GuardJudgesParts, stores: Stores): readonly SemanticJudge[] {
  const { settings, environment, signal } = parts;
  return wireClaude({
    settings: settings.agents,
    environment,
    ...stores,
    clock: systemClock,
    random,
    observer: SILENT_MODEL_OBSERVER,
    spec: SPECIFICATION_SHIPPED,
    load: () => Promise.reject(new MmmError("internal", "the guard's judge reads no data")),
    callOut: true,
    signal,
  }).judges;
}

/** Opens them with the first use, once. */
export function lazyJudges(parts: GuardJudgesParts): {
  get(): Promise<readonly SemanticJudge[]>;
  close(): Promise<void>;
} {
  let opening: Promise<GuardJudges> | null = null;
  return {
    get: async () => (await (opening ??= openJudges(parts))).judges,
    close: async () => (await opening)?.close(),
  };
}
