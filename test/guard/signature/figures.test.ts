import { expect, test } from "vitest";
import {
  computeBaselineRatio,
  formatSignatureFigure,
  formatSignatureShare,
} from "../../../guard/signature/figures.ts";

test("a figure is compared with the baseline's, and counts as unchanged where there was none", () => {
  expect(computeBaselineRatio(1, 4)).toBe(0.25);
  expect(computeBaselineRatio(1, 0)).toBe(1);
});

test("shares have three digits, evidence six", () => {
  expect(formatSignatureShare(0.123456)).toBe("12.3 %");
  expect(formatSignatureFigure(1 / 3)).toBe("0.333333");
});
