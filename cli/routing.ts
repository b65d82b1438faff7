/**
 * The router that a process uses: the trained one where encoder and checkpoint are sound, else the
 * rules, with the reason.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { RouterTools } from "../consumers/router.ts";
import { SHIPPED_CHECKPOINT } from "../router/checkpoint.ts";
import { openRouter } from "../router/open.ts";
import { chooseRole } from "../router/route.ts";
import type { RouterModel } from "../router/router-model.ts";
import { openSentenceEncoder, type SentenceEncoder } from "../router/sentence-encoder.ts";
import type { Role } from "../schemas/parts.ts";
import { mayTake } from "../session/authority.ts";
import type { Settings } from "./settings.ts";

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
export async function openRouting(settings: Settings, needs: RoutingNeeds): Promise<Routing> {
  const byModel = needs.router && settings.router.mode === "bert";
  const byMeaning = needs.guard && settings.guard.semantics === "encoder";
  if (!byModel && !byMeaning) return routing({ model: null, encoder: null, refused: null });
  const { encoder, unavailable } = await openSentenceEncoder();
  if (encoder === null) return routing({ model: null, encoder, refused: unavailable.message });
  if (!byModel) return routing({ model: null, encoder, refused: null });
  const { model, refused } = await openRouter(encoder, checkpointOf(settings.router.checkpoint));
  return routing({ model, encoder, refused: refused?.message ?? null });
}

/** A named folder where it exists, else the shipped checkpoint of that name. */
function checkpointOf(folder: string): string {
  const here = resolve(folder);
  if (existsSync(here)) return here;
  return SHIPPED_CHECKPOINT.replaceAll("\\", "/").endsWith(folder) ? SHIPPED_CHECKPOINT : here;
}

interface Opened {
  readonly model: RouterModel | null;
  readonly encoder: SentenceEncoder | null;
  readonly refused: string | null;
}

function routing({ model, encoder, refused }: Opened): Routing {
  return {
    route: (task) => chooseRole(task, { model, mayTake: authority }),
    encoder,
    refused,
    close: async () => encoder?.close(),
  };
}

function authority(role: Role, kind: string): boolean {
  return (kind === "tune" || kind === "free_text") && mayTake(role, kind);
}
