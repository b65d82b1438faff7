/**
 * Ed25519 keys: one that signs, several that verify, and their JSON form.
 *
 * Owns: key identity (RFC 7638 thumbprint), rotation, the file form. Not: where keys are kept and
 * the 32 random bytes a new one is made from (the caller brings both).
 *
 * I1. A key's id follows from its public half: a ring cannot hold two keys of one id.
 * I2. Rotation adds a signing key and keeps the old ones for verification; what an old key signed
 *     stays valid until that key is removed.
 * I3. Private halves leave only by `serializeKeyRing(ring, {private: true})`.
 */
import { type KeyObject, createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { z } from "zod";
import type { Json } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";

const SEED_BYTES = 32;
/** PKCS #8 of an Ed25519 private key up to the 32 bytes of the seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const B64URL_32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const KEY = z.strictObject({
  kid: B64URL_32,
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: B64URL_32,
  d: B64URL_32.optional(),
});
const RING = z.strictObject({ signing: B64URL_32.nullable(), keys: z.array(KEY).max(64) });

type KeyJson = z.infer<typeof KEY>;

export interface VerificationKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
}

export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
}

/** Several verification keys and at most one signing key. */
export interface KeyRing {
  readonly verification: ReadonlyMap<string, VerificationKey>;
  readonly signing: SigningKey | null;
}

/** The key that follows from 32 bytes, which have to be random and secret. */
export function deriveSigningKey(seed: Uint8Array): SigningKey {
  if (seed.length !== SEED_BYTES) {
    throw new MmmError("config_invalid", `Signing key: needs ${SEED_BYTES} bytes of randomness`);
  }
  const der = Buffer.concat([PKCS8_HEAD, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  return { kid: computeThumbprint(exportPublicX(publicKey)), publicKey, privateKey };
}

/** A ring with one key that signs and verifies. */
export function createKeyRing(signing: SigningKey): KeyRing {
  return { verification: new Map([[signing.kid, toVerificationKey(signing)]]), signing };
}

/** The ring after rotation: `next` signs, all earlier keys still verify. */
export function replaceSigningKey(ring: KeyRing, next: SigningKey): KeyRing {
  const verification = new Map(ring.verification);
  verification.set(next.kid, toVerificationKey(next));
  return { verification, signing: next };
}

/** The ring without a key; what that key signed is refused from now on. */
export function removeKey(ring: KeyRing, kid: string): KeyRing {
  if (ring.signing?.kid === kid) {
    throw new MmmError("conflict", `Key ${kid} is the signing key; rotate first, then retire it`);
  }
  if (!ring.verification.has(kid)) throw new MmmError("not_found", `No key ${kid} in the ring`);
  const verification = new Map(ring.verification);
  verification.delete(kid);
  return { ...ring, verification };
}

/** The ring that can verify and cannot sign. */
export function withoutSigningKey(ring: KeyRing): KeyRing {
  return { verification: ring.verification, signing: null };
}

/** A ring's JSON; without private halves unless asked for. */
export function serializeKeyRing(
  ring: KeyRing,
  options: { private: boolean } = { private: false },
): Json {
  const withPrivate = options.private ? ring.signing : null;
  const keys = [...ring.verification.values()].map((key): Json => {
    const own = { kid: key.kid, kty: "OKP", crv: "Ed25519", x: exportPublicX(key.publicKey) };
    if (withPrivate?.kid !== key.kid) return own;
    return { ...own, d: withPrivate.privateKey.export({ format: "jwk" }).d ?? "" };
  });
  return { signing: withPrivate?.kid ?? null, keys };
}

/**
 * Reads a ring.
 * @throws MmmError `config_invalid` for any other form, an id that is not the key's, or a signing
 *   key without its private half
 */
export function parseKeyRing(value: Json): KeyRing {
  const parsed = RING.safeParse(value);
  if (!parsed.success) {
    throw new MmmError("config_invalid", "Key ring: not in the form that serializeKeyRing writes", {
      cause: parsed.error,
    });
  }
  const verification = new Map<string, VerificationKey>();
  let signing: SigningKey | null = null;
  for (const row of parsed.data.keys) {
    const key = parseRingKey(row);
    if (verification.has(key.kid)) {
      throw new MmmError("config_invalid", `Key ring: two keys ${key.kid}`);
    }
    verification.set(key.kid, toVerificationKey(key));
    if (row.kid === parsed.data.signing && "privateKey" in key) signing = key;
  }
  if (parsed.data.signing !== null && signing === null) {
    throw new MmmError("config_invalid", "Key ring: the signing key has no private half");
  }
  return { verification, signing };
}

function parseRingKey(row: KeyJson): VerificationKey | SigningKey {
  if (row.kid !== computeThumbprint(row.x)) {
    throw new MmmError("config_invalid", `Key ring: the id ${row.kid} is not that key's`);
  }
  const jwk = { kty: row.kty, crv: row.crv, x: row.x };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  if (row.d === undefined) return { kid: row.kid, publicKey };
  const own = deriveSigningKey(Buffer.from(row.d, "base64url"));
  if (own.kid !== row.kid) {
    throw new MmmError("config_invalid", `Key ring: the halves of ${row.kid} do not match`);
  }
  return own;
}

function toVerificationKey(key: VerificationKey): VerificationKey {
  return { kid: key.kid, publicKey: key.publicKey };
}

function exportPublicX(key: KeyObject): string {
  return key.export({ format: "jwk" }).x ?? "";
}

/** RFC 7638 thumbprint of an Ed25519 key: members in lexical order, no spaces. */
function computeThumbprint(x: string): string {
  const members = `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`;
  return createHash("sha256").update(members).digest("base64url");
}
