/**
 * Opens the router from disk: checkpoint + encoder, or the reason why the rules decide alone.
 */
import { MmmError, describeError } from "../schemas/errors.ts";
import {
  type CheckpointDocument,
  SHIPPED_CHECKPOINT,
  readCheckpoint,
} from "./classifier/checkpoint.ts";
import {
  type RouterModel,
  computeConceptDigest,
  openRouterModel,
} from "./classifier/router-model.ts";
import type { SentenceEncoder } from "./encoder/sentence-encoder.ts";

export type RouterOpening =
  | { readonly model: RouterModel; readonly document: CheckpointDocument; readonly refused: null }
  | { readonly model: null; readonly document: null; readonly refused: RouterRefusal };

export interface RouterRefusal {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
}

/** Opens the checkpoint in `directory` (default: the shipped one) on `encoder`. Never throws. */
export async function openRouter(
  encoder: SentenceEncoder,
  directory: string = SHIPPED_CHECKPOINT,
): Promise<RouterOpening> {
  try {
    const { head, document } = await readCheckpoint(directory, {
      encoderDigest: encoder.digest,
      conceptDigest: computeConceptDigest(),
    });
    return { model: openRouterModel(head, document.digest, encoder), document, refused: null };
  } catch (error) {
    return { model: null, document: null, refused: describeRouterRefusal(error) };
  }
}

function describeRouterRefusal(error: unknown): RouterRefusal {
  if (!(error instanceof MmmError)) {
    return { code: "internal", reason: "internal", message: describeError(error) };
  }
  return {
    code: error.code,
    reason: typeof error.data["reason"] === "string" ? error.data["reason"] : "",
    message: error.message,
  };
}
