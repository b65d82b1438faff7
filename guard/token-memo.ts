/**
 * Tokens this process has verified, or signed itself, with their payloads: so that one token is
 * verified once, however many hands it goes through.
 *
 * I1. A hit needs the very same text under the very same ring; a ring without a key is another ring.
 * I2. Bounded: what was used least recently leaves first.
 * I3. Payloads in it are frozen and shared.
 */
import { type BoundedCache, createBoundedCache } from "../schemas/bounded-cache.ts";
import type { TokenType } from "./jws.ts";
import type { KeyRing } from "./keys.ts";

const TOKENS_MAX = 1_024;

interface Entry {
  readonly typ: TokenType;
  readonly payload: object;
}

const memos = new WeakMap<KeyRing, BoundedCache<string, Entry>>();

/** The payload of a token known to be good for this ring; null where it is not known. */
export function knownPayload(ring: KeyRing, typ: TokenType, token: unknown): object | null {
  if (typeof token !== "string") return null;
  const entry = memos.get(ring)?.get(token);
  return entry?.typ === typ ? entry.payload : null;
}

/** Remembers a token that was verified or signed under this ring. */
export function rememberToken(
  ring: KeyRing,
  token: string,
  entry: { readonly typ: TokenType; readonly payload: object },
): void {
  const memo = memos.get(ring) ?? createBoundedCache<string, Entry>(TOKENS_MAX);
  memos.set(ring, memo);
  memo.set(token, { typ: entry.typ, payload: Object.freeze(entry.payload) });
}
