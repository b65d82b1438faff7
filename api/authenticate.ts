/**
 * Who a request comes from: a signed token, an API key, or the local user of a server without keys.
 *
 * I1. Algorithms are those of the settings; `none` and symmetric ones never are.
 * I2. Issuer, audience, expiry and age are checked; a token without expiry is refused.
 * I3. API keys are compared by digest, in constant time, and every digest is compared.
 * I4. A token that was verified is not verified again for `VERIFIED_MS` at most, and never beyond its
 *     own end: so a key that is withdrawn stops within that time.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { createBoundedCache } from "../schemas/bounded-cache.ts";
import { errorText, MmmError } from "../schemas/errors.ts";
import { LOCAL, SCOPES, type Principal, type Scope } from "./principal.ts";
import type { ApiSettings, JwtSettings } from "./settings.ts";

export interface Credentials {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  /** True for methods that change something. */
  readonly changes: boolean;
}

export interface Authenticator {
  /** True when no key is configured: every caller is the local user. */
  readonly open: boolean;
  /** Who this is. Throws `unauthorized` (401) without saying which check failed in detail. */
  identify(credentials: Credentials): Promise<Principal>;
}

interface AuthTools {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * First writer wins; false when the name was taken before. Used for single-use tokens; `until`
   * (milliseconds since 1970) is when the token has ended.
   */
  claim(name: string, until: number): Promise<boolean>;
}

export function createAuthenticator(settings: ApiSettings, tools: AuthTools): Authenticator {
  const { keys, jwt } = settings;
  if (keys.length === 0 && jwt === undefined) {
    return { open: true, identify: async () => LOCAL };
  }
  const byKey = keyReader(keys);
  const byToken = jwt === undefined ? null : tokenReader(jwt, tools);
  return {
    open: false,
    identify: async ({ authorization, apiKey, changes }) => {
      if (apiKey !== undefined) return byKey(apiKey);
      const bearer = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization ?? "")?.[1];
      if (bearer === undefined) throw refused("a bearer token or an API key is needed");
      if (bearer.startsWith(API_KEY_PREFIX)) return byKey(bearer);
      if (byToken === null) throw refused("tokens are not accepted here");
      return byToken(bearer, changes);
    },
  };
}

/** What API keys start with, so that a key in a bearer header is told from a token. */
export const API_KEY_PREFIX = "mmm_";

export function apiKeyDigest(key: string): string {
  return createHash("sha256").update(key, "utf8").digest("hex");
}

function keyReader(keys: ApiSettings["keys"]): (key: string) => Principal {
  const rows = keys.map((row): { principal: Principal; digest: Buffer } => ({
    principal: {
      id: `key:${row.name}`,
      scopes: new Set(row.scopes),
      units: row.business_units === "all" ? "all" : new Set(row.business_units),
    },
    digest: Buffer.from(row.sha256, "hex"),
  }));
  return (key) => {
    const given = createHash("sha256").update(key, "utf8").digest();
    const found = rows.filter(({ digest }) => timingSafeEqual(digest, given))[0];
    if (found === undefined) throw refused("the API key is not known");
    return found.principal;
  };
}

/** Claims this server reads, beside those that `jose` checks. */
const CLAIMS = z.object({
  sub: z.string().min(1).max(200),
  scope: z.string().max(1_000).default(""),
  business_units: z
    .union([z.literal("all"), z.array(z.string().min(1).max(100)).max(1_000)])
    .default([]),
  jti: z.string().min(1).max(200).optional(),
  exp: z.number(),
  iat: z.number(),
});

function tokenReader(
  jwt: JwtSettings,
  tools: AuthTools,
): (token: string, changes: boolean) => Promise<Principal> {
  const keys = keySet(jwt);
  const known = createBoundedCache<string, Verified>(VERIFIED_MAX);
  return async (token, changes) => {
    const digest = createHash("sha256").update(token, "utf8").digest("base64");
    let found = known.get(digest);
    if (found === undefined || tools.now() >= found.until) {
      known.delete(digest);
      found = readToken(await verified(token, keys, jwt, tools.now()), jwt, tools.now());
      known.set(digest, found);
    }
    if (jwt.single_use && changes) await claimOnce(tools, found);
    return found.principal;
  };
}

const VERIFIED_MS = 60_000;
const VERIFIED_MAX = 10_000;

interface Verified {
  readonly principal: Principal;
  readonly jti: string | undefined;
  /** Milliseconds since 1970: when the token has ended, and until when it need not be verified. */
  readonly ends: number;
  readonly until: number;
}

function readToken(payload: JWTPayload, jwt: JwtSettings, now: number): Verified {
  const claims = CLAIMS.safeParse(payload);
  if (!claims.success) throw refused("the token's claims are malformed");
  const { sub, scope, business_units: units, jti, exp, iat } = claims.data;
  const scopes = scope.split(" ").filter((word): word is Scope => isScope(word));
  const ends = (Math.min(exp, iat + jwt.max_age_s) + jwt.clock_tolerance_s) * 1_000;
  return {
    principal: {
      id: `user:${sub}`,
      scopes: new Set(scopes),
      units: units === "all" ? "all" : new Set(units),
    },
    jti,
    ends,
    until: Math.min(ends, now + VERIFIED_MS),
  };
}

async function claimOnce(tools: AuthTools, { jti, ends }: Verified): Promise<void> {
  if (jti === undefined) throw refused("a single-use token needs a jti");
  if (!(await tools.claim(`token/${jti}`, ends))) throw refused("the token was used before");
}

function isScope(word: string): boolean {
  return (SCOPES as readonly string[]).includes(word);
}

function keySet(jwt: JwtSettings): JWTVerifyGetKey {
  if (jwt.jwks_url !== undefined) {
    return createRemoteJWKSet(new URL(jwt.jwks_url), { timeoutDuration: 5_000 });
  }
  return createLocalJWKSet({ keys: jwt.keys } as unknown as JSONWebKeySet);
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  jwt: JwtSettings,
  now: number,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: jwt.issuer,
      audience: jwt.audience,
      algorithms: [...jwt.algorithms],
      requiredClaims: ["exp", "iat", "sub"],
      maxTokenAge: jwt.max_age_s,
      clockTolerance: jwt.clock_tolerance_s,
      currentDate: new Date(now),
    });
    return payload;
  } catch (cause) {
    if (cause instanceof errors.JWKSTimeout || isFetchFault(cause)) {
      throw new MmmError("overloaded", "the token's keys cannot be fetched; try again", { cause });
    }
    throw refused(`the token is not valid (${tokenFault(cause)})`, cause);
  }
}

function isFetchFault(cause: unknown): boolean {
  return cause instanceof TypeError || (cause as { code?: string }).code === "ERR_JOSE_GENERIC";
}

function tokenFault(cause: unknown): string {
  return cause instanceof errors.JOSEError ? cause.code : errorText(cause);
}

function refused(message: string, cause?: unknown): MmmError {
  return new MmmError("unauthorized", message, { cause });
}
