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

/** Opens the router of the settings. Never rejects. */
export async function openRouting(settings: Settings["router"]): Promise<Routing> {
  if (settings.mode === "rules") return routing(null, null, null);
  const { encoder, unavailable } = await openSentenceEncoder();
  if (encoder === null) return routing(null, null, unavailable.message);
  const { model, refused } = await openRouter(encoder, checkpointOf(settings.checkpoint));
  return routing(model, encoder, refused?.message ?? null);
}

/** A named folder where it exists, else the shipped checkpoint of that name. */
function checkpointOf(folder: string): string {
  const here = resolve(folder);
  if (existsSync(here)) return here;
  return SHIPPED_CHECKPOINT.replaceAll("\\", "/").endsWith(folder) ? SHIPPED_CHECKPOINT : here;
}

function routing(
  model: RouterModel | null,
  encoder: SentenceEncoder | null,
  refused: string | null,
): Routing {
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
