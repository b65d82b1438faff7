import { expect, test } from "vitest";
import { climbSpends } from "../../../model/budget/climb.ts";
import type { SpendCurve } from "../../../model/spend-split.ts";

const curve = (name: string): SpendCurve => ({
  name,
  today: 50,
  low: 20,
  high: 80,
  response: (spend) => spend,
});
const climb = (worth: (spends: readonly number[]) => number, allowed = () => true) =>
  climbSpends([curve("a"), curve("b")], { start: [50, 50], total: 100, worth, allowed });

test("money moves to where it is worth more, up to the bounds", () => {
  expect(climb(([a = 0, b = 0]) => a - b).map(Math.round)).toEqual([80, 20]);
});

test("nothing moves where nothing else is allowed", () => {
  expect(
    climb(
      ([a = 0]) => a,
      () => false,
    ),
  ).toEqual([50, 50]);
});
