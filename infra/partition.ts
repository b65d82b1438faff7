/**
 * Which partition a key belongs to: the Java client's default partitioner, so that every log, every
 * adapter and every other language agree.
 *
 * Source: Kafka `org.apache.kafka.common.utils.Utils.murmur2` (MurmurHash2, A. Appleby, seed
 * 0x9747b28c) and `toPositive(hash) % partitions` over the UTF-8 bytes of the key.
 */
import { createBoundedCache, getOrMake } from "../schemas/bounded-cache.ts";
const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

/** 32-bit MurmurHash2 of bytes as Kafka computes it, as a signed number. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = SEED ^ length;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    let word = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8);
    word |= (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
    word = Math.imul(word, MIX);
    word ^= word >>> 24;
    hash = Math.imul(hash, MIX) ^ Math.imul(word, MIX);
  }
  const rest = length - whole;
  if (rest === 3) hash ^= byteAt(bytes, whole + 2) << 16;
  if (rest >= 2) hash ^= byteAt(bytes, whole + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ byteAt(bytes, whole), MIX);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MIX);
  return hash ^ (hash >>> 15);
}

/** Hashes of the keys used last: a session's key comes some hundred times. */
const KNOWN_MAX = 8_192;
const known = createBoundedCache<string, number>(KNOWN_MAX);

/** MurmurHash2 of a key's UTF-8 bytes, as a signed number. */
export function keyHash(key: string): number {
  return getOrMake(known, key, () => murmur2(Buffer.from(key, "utf8")));
}

/** Partition of a key among `partitions`. */
export function partitionFor(key: string, partitions: number): number {
  return (keyHash(key) & 0x7fffffff) % partitions;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
