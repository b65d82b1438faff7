/**
 * Caches of bounded size: what was used least recently leaves first. The only file that knows the
 * cache library.
 *
 * I1. What is dropped can be made again: a cache changes how fast something is, never what it is.
 */
import { LRUCache } from "lru-cache";

export interface BoundedCache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): unknown;
  clear(): void;
}

/** An empty cache of at most `entriesMax` entries. */
export function createBoundedCache<
  K extends string | number,
  V extends object | string | number | true,
>(entriesMax: number): BoundedCache<K, V> {
  return new LRUCache<K, V>({ max: entriesMax });
}

/** What is kept under the key, else what `make` makes, which is kept unless it throws. */
export function getOrMake<K, V>(cache: BoundedCache<K, V>, key: K, make: () => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
