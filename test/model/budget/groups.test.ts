import { expect, test } from "vitest";
import { splitByGroups } from "../../../model/budget/groups.ts";
import { allocateCurves, type SpendCurve } from "../../../model/spend-split.ts";

const curve = (name: string, scale: number): SpendCurve => ({
  name,
  today: 50,
  low: 0,
  high: 100,
  response: (spend) => scale * Math.sqrt(spend),
});
const curves = [curve("a", 1), curve("b", 2), curve("c", 3)];
const split = (low: number, high: number) =>
  splitByGroups(curves, [{ name: "bc", channels: ["b", "c"], low, high }], (bundled) =>
    allocateCurves(bundled, 140),
  );

test("a group that binds nothing leaves the optimum, money in proportion to squared scales", () => {
  const [a = 0, b = 0, c = 0] = split(0, 200);
  expect(a).toBeCloseTo(10, 0);
  expect(b).toBeCloseTo(40, 0);
  expect(c).toBeCloseTo(90, 0);
});

test("a group's sum is kept, and split at its best inside", () => {
  const [a = 0, b = 0, c = 0] = split(0, 65);
  expect(b + c).toBeCloseTo(65, 2);
  expect(c / b).toBeCloseTo(9 / 4, 1);
  expect(a).toBeCloseTo(75, 2);
});
