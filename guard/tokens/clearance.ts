/**
 * What is signed, by whom, and what a verifier insists on.
 *
 *   warrant    coordinator → guard and agents: what a proposal starts from
 *   clearance  guard → coordinator, trainer: this configuration may be trained in this session
 *   seal       coordinator → anyone: this is the head of the session's chain
 *
 * I1. A clearance is about one session, one proposal, one configuration and one specification; for
 *     anything else it is refused, so neither replay nor a changed configuration passes.
 * I2. The verifier recomputes digests from the text it is about to use; it never trusts a digest
 *     that travels beside it.
 * I3. Equal input, equal token.
 * I4. Warrant, clearance and seal name the data by digest: other bytes are another session's data.
 */
import { z } from "zod";
import { type Json, computeSha256 } from "../../schemas/canonical.ts";
import type { Constraint } from "../../schemas/parts.ts";
import { type TokenType, createTokenRefusal, signToken, verifyToken } from "./jws.ts";
import type { KeyRing } from "./keys.ts";
import { findCachedPayload, putCachedPayload } from "./token-cache.ts";

const NAME = z.string().min(1).max(200);
const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);

const WARRANT = z.strictObject({
  session: NAME,
  work_item: NAME,
  attempt: z.int().min(0),
  iteration: z.int().min(0),
  /** Canonical text of the pinned baseline. */
  baseline: z.string(),
  /** Canonical text of the last accepted configuration. */
  base: z.string(),
  constraints: z
    .array(
      z.strictObject({ path: z.string(), min: z.number(), max: z.number(), reason: z.string() }),
    )
    .max(1000),
  /** Of the data the session was begun with; left out while none is known. */
  data_digest: DIGEST.optional(),
});

const CLEARANCE = z.strictObject({
  session: NAME,
  proposal: NAME,
  config_digest: DIGEST,
  methodology_digest: DIGEST,
  spec_digest: DIGEST,
  /** Of the data that it may be trained on; left out where the session knows none. */
  data_digest: DIGEST.optional(),
});

const SEAL = z.strictObject({
  session: NAME,
  seq: z.int().min(0),
  head: DIGEST,
  /** Of the data that all training was on; left out where nothing was trained. */
  data_digest: DIGEST.optional(),
});

export type Warrant = z.infer<typeof WARRANT>;
export type Clearance = z.infer<typeof CLEARANCE>;
export type Seal = z.infer<typeof SEAL>;

/** Constraints as a warrant carries them. */
export function toWarrantConstraints(constraints: readonly Constraint[]): Warrant["constraints"] {
  return constraints.map(({ path, min, max, reason }) => ({ path, min, max, reason }));
}

export function signWarrant(warrant: Warrant, ring: KeyRing): string {
  return signPayload("mmm-warrant+jws", WARRANT.parse(warrant), ring);
}

export interface WarrantExpectation {
  readonly session: string;
  readonly work_item: string;
  readonly attempt: number;
}

/**
 * The warrant of a token, if it is for this session, work item and attempt.
 * @throws MmmError `clearance_refused`
 */
export function verifyWarrant(
  token: unknown,
  ring: KeyRing,
  expected: WarrantExpectation,
): Warrant {
  const warrant = verifyPayload("mmm-warrant+jws", token, ring, WARRANT);
  for (const key of ["session", "work_item", "attempt"] as const) {
    if (warrant[key] !== expected[key]) throw createTokenRefusal("wrong_content", `another ${key}`);
  }
  return warrant;
}

export function signClearance(clearance: Clearance, ring: KeyRing): string {
  return signPayload("mmm-clearance+jws", CLEARANCE.parse(clearance), ring);
}

export interface ClearanceExpectation {
  readonly session: string;
  readonly proposal: string;
  /** Canonical text of the configuration about to be trained. */
  readonly config: string;
  readonly spec_digest: string;
}

/**
 * The clearance of a token, if the guard gave it for exactly this.
 * @throws MmmError `clearance_refused`
 */
export function verifyClearance(
  token: unknown,
  ring: KeyRing,
  expected: ClearanceExpectation,
): Clearance {
  const clearance = verifyPayload("mmm-clearance+jws", token, ring, CLEARANCE);
  const { session, proposal, spec_digest } = expected;
  const wanted = { session, proposal, spec_digest, config_digest: computeSha256(expected.config) };
  for (const [key, value] of Object.entries(wanted)) {
    if (clearance[key as keyof typeof wanted] !== value) {
      throw createTokenRefusal("wrong_content", `given for another ${key}`);
    }
  }
  return clearance;
}

export function signSeal(seal: Seal, ring: KeyRing): string {
  return signToken("mmm-seal+jws", SEAL.parse(seal) as Json, ring);
}

/**
 * The seal of a token, if it is for this session.
 * @throws MmmError `clearance_refused`
 */
export function verifySeal(token: unknown, ring: KeyRing, session: string): Seal {
  const seal = verifyPayload("mmm-seal+jws", token, ring, SEAL);
  if (seal.session !== session) throw createTokenRefusal("wrong_content", "another session");
  return seal;
}

function verifyPayload<T extends object>(
  typ: TokenType,
  token: unknown,
  ring: KeyRing,
  schema: z.ZodType<T>,
): T {
  const cached = findCachedPayload(ring, typ, token);
  if (cached !== null) return cached as T;
  const parsed = schema.safeParse(verifyToken(typ, token, ring));
  if (!parsed.success) throw createTokenRefusal("wrong_content", "the payload has another form");
  putCachedPayload(ring, token as string, { typ, payload: parsed.data });
  return parsed.data;
}

/** Signs a payload; whoever can sign for a ring need not verify its own word. */
function signPayload(typ: TokenType, payload: object, ring: KeyRing): string {
  const token = signToken(typ, payload as Json, ring);
  const own = ring.signing === null ? undefined : ring.verification.get(ring.signing.kid);
  if (own !== undefined) putCachedPayload(ring, token, { typ, payload });
  return token;
}
