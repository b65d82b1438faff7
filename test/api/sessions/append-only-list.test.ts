import { describe, expect, it } from "vitest";
import { appendToStoredList, readStoredList } from "../../../api/sessions/append-only-list.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";

describe("a list of first-writer-wins entries", () => {
  it("keeps entries in order, each once", async () => {
    const store = createMemorySnapshots();
    expect(await readStoredList(store, "l")).toEqual([]);
    for (const entry of ["a", "b", "a"]) await appendToStoredList(store, { name: "l", entry });
    expect(await readStoredList(store, "l")).toEqual(["a", "b"]);
    expect(await readStoredList(store, "other")).toEqual([]);
  });

  it("gives two writers at once two places", async () => {
    const store = createMemorySnapshots();
    const entries = ["a", "b", "c", "d"];
    await Promise.all(entries.map((entry) => appendToStoredList(store, { name: "l", entry })));
    expect((await readStoredList(store, "l")).toSorted()).toEqual(entries);
  });
});
