/**
 * What every `KeyValueStore` promises: the first writer wins, and what is to be kept is kept.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeyValueStore } from "../../session/ports.ts";
import type { StoreUnderTest } from "./snapshot-contract.ts";

/** Runs the suite; `create` gives a fresh, empty store. */
export function keyValueContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`the key-value store on ${name}`, () => {
    let under: StoreUnderTest;
    let store: KeyValueStore;
    beforeEach(async () => {
      under = await create();
      store = under.store;
    });
    afterEach(async () => {
      await under.remove();
    });

    test("knows nothing at first", async () => {
      expect(await store.get("m")).toBeNull();
    });

    test("forgets what was kept until a time, and nothing else", async () => {
      const now = Date.now();
      await store.putIfAbsent("gone", "a", now - 1_000);
      await store.putIfAbsent("kept a while", "b", now + 3_600_000);
      await store.putIfAbsent("kept", "c");
      await store.putIfAbsent("kept", "d", now - 1_000);
      await store.expire(now);
      const left = ["gone", "kept a while", "kept"].map((key) => store.get(key));
      expect(await Promise.all(left)).toEqual([null, "b", "c"]);
      expect(await store.putIfAbsent("gone", "again")).toBe("again");
    });

    test("keeps the first result of a step", async () => {
      expect(await store.putIfAbsent("step", "first")).toBe("first");
      expect(await store.putIfAbsent("step", "second")).toBe("first");
      expect(await store.get("step")).toBe("first");
    });

    test("lets only one of many writers of a step win, and tells all of them its result", async () => {
      const tries = Array.from({ length: 20 }, (_, at) => store.putIfAbsent("race", `${at}`));
      expect(new Set(await Promise.all(tries)).size).toBe(1);
    });
  });
}
