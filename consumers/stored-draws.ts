/**
 * The draws of a published posterior, read back: plans, reports and monitoring never sample it again.
 *
 * I1. Bytes count only when their SHA-256 is the digest that was asked for: a store can lose draws,
 *     never change them.
 * I2. A store that fails, or holds something else, is one that holds nothing.
 */
import { inflateRawSync } from "node:zlib";
import { digestDraws, parseDraws, type Draws } from "../model/posterior/draws.ts";
import { formatDrawsKey, type EffectsStore } from "./effects-record.ts";

/** Longest text that inflating makes of an entry: more than the largest posterior's draws. */
const BYTES_MAX = 256 * 1024 * 1024;

/** The draws of this digest; null where the store does not have them. */
export async function readStoredDraws(
  store: Pick<EffectsStore, "get">,
  digest: string,
): Promise<Draws | null> {
  try {
    const text = await store.get(formatDrawsKey(digest));
    if (text === null) return null;
    const packed = Buffer.from(text, "base64");
    const bytes = new Uint8Array(inflateRawSync(packed, { maxOutputLength: BYTES_MAX }));
    return digestDraws(bytes) === digest ? parseDraws(bytes) : null;
  } catch {
    return null;
  }
}
