import { expect, it } from "vitest";
import { CONCEPTS } from "../../../router/words/concepts.ts";
import { LABELS } from "../../../router/words/roles.ts";

it("the table has each concept once, and something that speaks for every label", () => {
  const ids = CONCEPTS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const spoken = new Set(CONCEPTS.flatMap(({ points }) => Object.keys(points)));
  expect([...spoken].toSorted()).toEqual([...LABELS].toSorted());
});

it("no pattern keeps a place between texts, and none takes an empty text", () => {
  for (const { id, pattern } of CONCEPTS) {
    expect(pattern.flags, id).not.toMatch(/[gy]/);
    expect(pattern.test(""), id).toBe(false);
  }
});
