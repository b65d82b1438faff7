/**
 * The router that a process uses: the trained one where encoder and checkpoint are sound, else the
 * rules, with the reason.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { RouterTools } from "../consumers/router.ts";
import { SHIPPED_CHECKPOINT } from "../router/classifier/checkpoint.ts";
import { openRouter } from "../router/open.ts";
import type { RouterModel } from "../router/classifier/router-model.ts";
import { openSentenceEncoder, type SentenceEncoder } from "../router/encoder/sentence-encoder.ts";
import type { DriftReference } from "../router/shadow.ts";
import type { Role } from "../schemas/parts.ts";
import { mayTake } from "../session/authority.ts";
import { UNWATCHED, createWatchedRoute, type RouteObserver } from "./route-watch.ts";
import { readEncoderRuntime, type Settings } from "./settings.ts";

export interface Routing {
  readonly route: RouterTools["route"];
  /** Shared with the guard's semantic layer; null where it could not be opened. */
  readonly encoder: SentenceEncoder | null;
  /** Why rules decide alone; null when the trained router does. */
  readonly refused: string | null;
  close(): Promise<void>;
}

/** What of the encoder a process needs. */
export interface RoutingNeeds {
  readonly router: boolean;
  readonly guard: boolean;
}

/** Opens what the process's roles need of encoder and router. Never rejects. */
export async function openRouting(
  settings: Settings,
  needs: RoutingNeeds,
  observer: RouteObserver = UNWATCHED,
): Promise<Routing> {
  const { mode, checkpoint, shadow } = settings.router;
  const byModel = needs.router && mode === "bert";
  const byMeaning = needs.guard && settings.guard.semantics === "encoder";
  const nothing = { model: null, shadow: null, reference: null, refused: null, observer };
  if (!byModel && !byMeaning) return createRouting({ ...nothing, encoder: null });
  const { encoder, unavailable } = await openSentenceEncoder({
    runtime: readEncoderRuntime(settings),
  });
  if (encoder === null) return createRouting({ ...nothing, encoder, refused: unavailable.message });
  if (!byModel) return createRouting({ ...nothing, encoder });
  const { model, document, refused } = await openRouter(
    encoder,
    resolveCheckpointFolder(checkpoint),
  );
  const shadowOpening =
    shadow === null ? null : await openRouter(encoder, resolveCheckpointFolder(shadow));
  return createRouting({
    model,
    encoder,
    refused: refused?.message ?? shadowOpening?.refused?.message ?? null,
    shadow: shadowOpening?.model ?? null,
    reference: document === null ? null : createDriftReference(document.metrics.accuracy),
    observer,
  });
}

/** Calibrated confidence is accuracy in the mean; coverage has no alarm of its own. */
function createDriftReference(accuracy: number): DriftReference {
  return { confidence: accuracy, coverage: 0, accuracy };
}

/** A named folder where it exists, else the shipped checkpoint of that name. */
function resolveCheckpointFolder(folder: string): string {
  const here = resolve(folder);
  if (existsSync(here)) return here;
  return SHIPPED_CHECKPOINT.replaceAll("\\", "/").endsWith(folder) ? SHIPPED_CHECKPOINT : here;
}

interface Opened {
  readonly model: RouterModel | null;
  readonly encoder: SentenceEncoder | null;
  readonly refused: string | null;
  readonly shadow: RouterModel | null;
  readonly reference: DriftReference | null;
  readonly observer: RouteObserver;
}

function createRouting({ model, encoder, refused, ...watched }: Opened): Routing {
  return {
    route: createWatchedRoute({ tools: { model, mayTake: isRoutableTo }, ...watched }),
    encoder,
    refused,
    close: async () => encoder?.close(),
  };
}

function isRoutableTo(role: Role, kind: string): boolean {
  return (kind === "tune" || kind === "free_text") && mayTake(role, kind);
}
