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
export function computeMurmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = SEED ^ length;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    let word = readByteAt(bytes, at) | (readByteAt(bytes, at + 1) << 8);
    word |= (readByteAt(bytes, at + 2) << 16) | (readByteAt(bytes, at + 3) << 24);
    word = Math.imul(word, MIX);
    word ^= word >>> 24;
    hash = Math.imul(hash, MIX) ^ Math.imul(word, MIX);
  }
  const rest = length - whole;
  if (rest === 3) hash ^= readByteAt(bytes, whole + 2) << 16;
  if (rest >= 2) hash ^= readByteAt(bytes, whole + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ readByteAt(bytes, whole), MIX);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MIX);
  return hash ^ (hash >>> 15);
}

/** Hashes of the keys used last: a session's key comes some hundred times. */
const CACHED_MAX = 8_192;
const cache = createBoundedCache<string, number>(CACHED_MAX);

/** MurmurHash2 of a key's UTF-8 bytes, as a signed number. */
export function hashKey(key: string): number {
  return getOrMake(cache, key, () => computeMurmur2(Buffer.from(key, "utf8")));
}

/** Partition of a key among `partitions`. */
export function computePartition(key: string, partitions: number): number {
  return (hashKey(key) & 0x7fffffff) % partitions;
}

function readByteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
