/** A cache of bounded size: what leaves, what stays, and what is not kept. */
import { expect, test } from "vitest";
import { createBoundedCache, getOrMake } from "../../schemas/bounded-cache.ts";

test("what was used least recently leaves first, and no more is kept than may be", () => {
  const cache = createBoundedCache<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([1, undefined, 3]);
});

test("something is made once, and again after it was dropped", () => {
  const cache = createBoundedCache<string, string>(8);
  const made: string[] = [];
  const get = (key: string) =>
    getOrMake(cache, key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  expect([get("a"), get("a"), get("b")]).toEqual(["A", "A", "B"]);
  cache.delete("a");
  get("a");
  cache.clear();
  get("b");
  expect(made).toEqual(["a", "b", "a", "b"]);
});

test("what could not be made is not kept", () => {
  const cache = createBoundedCache<string, string>(8);
  const broken = () => {
    throw new Error("no");
  };
  expect(() => getOrMake(cache, "a", broken)).toThrow("no");
  expect(getOrMake(cache, "a", () => "now")).toBe("now");
});
