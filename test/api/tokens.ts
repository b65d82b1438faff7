/** Keys and tokens for tests of logging in. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey } from "jose";
import { digestApiKey } from "../../api/http/authenticate.ts";
import { SCOPES, type Scope } from "../../api/http/principal.ts";

export const ISSUER = "https://login.example";
export const AUDIENCE = "mmm";

export interface Signer {
  readonly jwk: Record<string, unknown>;
  readonly privateKey: CryptoKey;
}

export async function createSigner(algorithm = "ES256", kid = "k1"): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm }, privateKey };
}

export interface TokenFacts {
  readonly scope?: string;
  readonly units?: readonly string[] | "all";
  readonly claims?: Record<string, unknown>;
  readonly issuer?: string;
  readonly audience?: string;
  readonly algorithm?: string;
  readonly expires?: number;
  readonly issued?: number;
}

export async function tokenOf(signer: Signer, facts: TokenFacts = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    scope: facts.scope ?? SCOPES.join(" "),
    business_units: facts.units ?? ["emea"],
    sub: "alice",
    ...facts.claims,
  })
    .setProtectedHeader({ alg: facts.algorithm ?? "ES256", kid: "k1" })
    .setIssuer(facts.issuer ?? ISSUER)
    .setAudience(facts.audience ?? AUDIENCE)
    .setIssuedAt(facts.issued ?? now)
    .setExpirationTime(facts.expires ?? now + 300)
    .sign(signer.privateKey);
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

export function keyRow(name: string, scopes: readonly Scope[], units: readonly string[] | "all") {
  return { name, sha256: digestApiKey(`mmm_${name}`), scopes, business_units: units };
}

export function apiKey(name: string): Record<string, string> {
  return { "x-api-key": `mmm_${name}` };
}
