/**
 * What the trainer signs of the effects it estimated: for which methodology, data and specification,
 * and which figures exactly.
 *
 * I1. A token is about one methodology, one data set, one specification and one text of figures; for
 *     anything else it is refused, so figures can neither be altered nor moved to another model.
 * I2. Equal input, equal token.
 */
import { z } from "zod";
import type { Json } from "../schemas/canonical.ts";
import { createTokenRefusal, signToken, verifyToken } from "./tokens/jws.ts";
import type { KeyRing } from "./tokens/keys.ts";

const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);

const SIGNED_EFFECTS = z.strictObject({
  methodology_digest: DIGEST,
  /** Of the data's bytes; a caller's own loader may name data as it likes. */
  data_digest: z.string().max(200),
  spec_digest: DIGEST,
  /** SHA-256 of the figures' canonical text. */
  posterior_digest: DIGEST,
});

export type SignedEffects = z.infer<typeof SIGNED_EFFECTS>;

export function signEffects(effects: SignedEffects, ring: KeyRing): string {
  return signToken("mmm-posterior+jws", SIGNED_EFFECTS.parse(effects) as Json, ring);
}

/**
 * Holds a token against what it has to be about.
 * @throws MmmError `clearance_refused`
 */
export function verifyEffects(token: unknown, ring: KeyRing, expected: SignedEffects): void {
  const parsed = SIGNED_EFFECTS.safeParse(verifyToken("mmm-posterior+jws", token, ring));
  if (!parsed.success) throw createTokenRefusal("wrong_content", "the payload has another form");
  for (const key of Object.keys(expected) as (keyof SignedEffects)[]) {
    if (parsed.data[key] !== expected[key]) {
      throw createTokenRefusal("wrong_content", `figures of another ${key}`);
    }
  }
}
