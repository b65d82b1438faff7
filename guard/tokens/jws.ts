/**
 * Compact JWS (RFC 7515) with Ed25519 (RFC 8037), and nothing else of JOSE.
 *
 * I1. One algorithm, EdDSA, and one header form; a token's `typ` is part of what is signed, so a
 *     token made for one purpose is refused for every other.
 * I2. Header, payload and base64url are canonical: one content has one token, and a token that was
 *     re-encoded is refused. Signing is deterministic (RFC 8032).
 * I3. The key comes from the ring by `kid`; a token brings no key, no URL and no algorithm.
 * I4. Every refusal is `clearance_refused` with a reason from REFUSALS in its data.
 */
import { sign, verify } from "node:crypto";
import { type Json, toCanonicalJson } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { KeyRing } from "./keys.ts";
import { JSON_LIMITS, parseStrictJson } from "../../schemas/strict-json.ts";

export type TokenType =
  | "mmm-clearance+jws"
  | "mmm-warrant+jws"
  | "mmm-seal+jws"
  | "mmm-verdict+jws"
  | "mmm-posterior+jws";

export const TOKEN_REFUSALS = [
  "missing",
  "malformed",
  "wrong_type",
  "unknown_key",
  "bad_signature",
  "wrong_content",
] as const;
export type TokenRefusal = (typeof TOKEN_REFUSALS)[number];

const SIGNATURE_BYTES = 64;
/** A warrant holds two configurations, each at most as large as a proposal. */
const TOKEN_CHARACTERS_MAX = 8 * JSON_LIMITS.bytesMax;
const PARTS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;

/** The error every refused token ends in. */
export function createTokenRefusal(reason: TokenRefusal, what: string): MmmError {
  return new MmmError("clearance_refused", `Signature refused (${reason}): ${what}`, {
    data: { reason },
  });
}

/** @throws MmmError `config_invalid` when the ring has no signing key */
export function signToken(typ: TokenType, payload: Json, ring: KeyRing): string {
  const { signing } = ring;
  if (signing === null) {
    throw new MmmError("config_invalid", "Key ring: no signing key; this process may only verify");
  }
  const content = `${encode(formatTokenHeader(typ, signing.kid))}.${encode(toCanonicalJson(payload))}`;
  return `${content}.${sign(null, Buffer.from(content), signing.privateKey).toString("base64url")}`;
}

/**
 * The payload of a token of this type, if a key of the ring signed exactly these bytes.
 * @throws MmmError `clearance_refused`
 */
export function verifyToken(typ: TokenType, token: unknown, ring: KeyRing): Json {
  if (typeof token !== "string" || token === "")
    throw createTokenRefusal("missing", "there is no token");
  const parts = token.length <= TOKEN_CHARACTERS_MAX ? PARTS.exec(token) : null;
  if (parts === null) throw createTokenRefusal("malformed", "not a compact JWS");
  const [, header = "", payload = "", signature = ""] = parts;
  const headerText = decode(header);
  const kid = parseKeyId(headerText);
  if (kid === null)
    throw createTokenRefusal("malformed", "the header is not in the one accepted form");
  if (headerText !== formatTokenHeader(typ, kid))
    throw createTokenRefusal("wrong_type", `not a token of type ${typ}`);
  const key = ring.verification.get(kid);
  if (key === undefined) throw createTokenRefusal("unknown_key", `no key ${kid} in the ring`);
  const bytes = Buffer.from(signature, "base64url");
  if (bytes.length !== SIGNATURE_BYTES || bytes.toString("base64url") !== signature) {
    throw createTokenRefusal("malformed", "the signature is not 64 canonical bytes");
  }
  const good = verify(null, Buffer.from(`${header}.${payload}`), key.publicKey, bytes);
  if (!good) throw createTokenRefusal("bad_signature", `key ${kid} did not sign this`);
  return parseCanonicalPayload(decode(payload));
}

function formatTokenHeader(typ: TokenType, kid: string): string {
  return toCanonicalJson({ alg: "EdDSA", kid, typ });
}

function parseKeyId(headerText: string): string | null {
  return (
    /^\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{43})","typ":"[a-z+-]+"\}$/.exec(headerText)?.[1] ?? null
  );
}

function encode(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}

function decode(part: string): string {
  const text = Buffer.from(part, "base64url").toString("utf8");
  if (encode(text) !== part)
    throw createTokenRefusal("malformed", "not canonical base64url of UTF-8");
  return text;
}

function parseCanonicalPayload(text: string): Json {
  const limits = { ...JSON_LIMITS, bytesMax: TOKEN_CHARACTERS_MAX };
  let value: Json;
  try {
    value = parseStrictJson(text, limits);
  } catch (cause) {
    throw new MmmError("clearance_refused", "Signature refused (malformed): payload", {
      data: { reason: "malformed" },
      cause,
    });
  }
  if (toCanonicalJson(value) !== text)
    throw createTokenRefusal("malformed", "the payload is not canonical");
  return value;
}
