/**
 * Promotion: a verified candidate takes the running checkpoint's place, and the event that says so.
 *
 * I1. Only a checkpoint that loads is promoted; the swap is atomic (see checkpoint.ts).
 */
import type { EventOf } from "../../schemas/event.ts";
import {
  type CheckpointDocument,
  readCheckpoint,
  writeCheckpoint,
} from "../classifier/checkpoint.ts";
import { computeConceptDigest } from "../classifier/router-model.ts";

/**
 * Copies the checkpoint in `from` to `to`.
 * @throws MmmError checkpoint_refused, output_unwritable
 */
export async function promoteCheckpoint(
  from: string,
  to: string,
  encoderDigest: string,
): Promise<CheckpointDocument> {
  const expected = { encoderDigest, conceptDigest: computeConceptDigest() };
  const { head, document } = await readCheckpoint(from, expected);
  const { encoder_digest, concept_digest, data_digest, seed, support } = document;
  return writeCheckpoint(to, head, { encoder_digest, concept_digest, data_digest, seed, support });
}

/** The event that records a promotion. */
export function createPromotionEvent(
  promoted: CheckpointDocument,
  by: string,
  detail: { readonly replaced: string | null; readonly reasons: readonly string[] },
): EventOf<"OperatorActed"> {
  return {
    type: "OperatorActed",
    data: {
      action: "router_promoted",
      subject: promoted.digest,
      by,
      detail: JSON.stringify({ ...detail, metrics: promoted.metrics }),
    },
  };
}
