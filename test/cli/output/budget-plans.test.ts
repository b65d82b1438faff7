import { expect, test } from "vitest";
import { formatPlans, formatPlansCsv } from "../../../cli/output/budget-plans.ts";
import type { BudgetPlans } from "../../../model/budget/forms.ts";

const interval = { low: 1, median: 2, high: 3 };
const plans: BudgetPlans = {
  weeks: 13,
  training_weeks: 130,
  total: 130,
  findings: [],
  today: { spent: 130, response: { ...interval, expected: 2 }, roi: interval },
  plans: [
    {
      aim: "expected",
      spent: 130,
      channels: [
        {
          channel: "tv",
          spend_before: 130,
          spend_after: 156,
          change: 0.2,
          mroi_after: 1.5,
          response_before: interval,
          response_after: interval,
        },
      ],
      response: { ...interval, expected: 2 },
      roi: interval,
      gain: { ...interval, expected: 2, probability: 0.93, expected_loss: 0.1 },
      findings: [],
    },
  ],
};
const period = { unit: "week", count: 13 };

test("plans stand side by side by the period's unit, with what they bring over the period", () => {
  const text = formatPlans(plans, period);
  expect(text).toMatch(/tv +10 +12 \(\+20 %\)/);
  expect(text).toContain("over 13 weeks, 90 % intervals:");
  expect(text).toMatch(/expected +1 to 3 +1 to 3 +2 \(1 to 3\) +93 % +0\.1/);
});

test("the same figures stand in the CSV, one row a plan and channel", () => {
  const [head, row] = formatPlansCsv(plans, period).split("\n");
  expect(head?.split(",").slice(0, 6)).toEqual(
    "plan,channel,today_per_week,planned_per_week,spend_today,spend_planned".split(","),
  );
  expect(row).toBe("expected,tv,10,12,130,156,0.2,1,2,3,1,2,3,1.5,2,0.93");
});
