import { expect, it } from "vitest";
import { DESCRIPTIONS, LABELS, OUT_OF_SCOPE } from "../../../router/words/roles.ts";
import { ROLES } from "../../../schemas/parts.ts";

it("labels are the roles and none of them, each described in words of its own", () => {
  expect([...LABELS].toSorted()).toEqual([...ROLES, OUT_OF_SCOPE].toSorted());
  const texts = LABELS.flatMap((label) => DESCRIPTIONS[label]);
  expect(LABELS.every((label) => DESCRIPTIONS[label].length > 0)).toBe(true);
  expect(new Set(texts).size).toBe(texts.length);
});
