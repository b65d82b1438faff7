/**
 * Tokens this process has verified, or signed itself, with their payloads: so that one token is
 * verified once, however many hands it goes through.
 *
 * I1. A hit needs the very same text under the very same ring; a ring without a key is another ring.
 * I2. Bounded: the oldest entries leave first.
 * I3. Payloads in it are frozen and shared.
 */
import type { TokenType } from "./jws.ts";
import type { KeyRing } from "./keys.ts";

const TOKENS_MAX = 1_024;

interface Entry {
  readonly typ: TokenType;
  readonly payload: object;
}

const payloadsByRing = new WeakMap<KeyRing, Map<string, Entry>>();

/** The payload of a token known to be good for this ring; null where it is not known. */
export function findCachedPayload(ring: KeyRing, typ: TokenType, token: unknown): object | null {
  if (typeof token !== "string") return null;
  const entry = payloadsByRing.get(ring)?.get(token);
  return entry?.typ === typ ? entry.payload : null;
}

/** Remembers a token that was verified or signed under this ring. */
export function putCachedPayload(
  ring: KeyRing,
  token: string,
  entry: { readonly typ: TokenType; readonly payload: object },
): void {
  const payloads = payloadsByRing.get(ring) ?? new Map<string, Entry>();
  payloadsByRing.set(ring, payloads);
  payloads.set(token, { typ: entry.typ, payload: Object.freeze(entry.payload) });
  if (payloads.size > TOKENS_MAX) payloads.delete(payloads.keys().next().value as string);
}
