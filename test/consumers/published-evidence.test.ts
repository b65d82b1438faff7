/** Evidence as it is published. */
import { expect, it } from "vitest";
import { publishEvidence } from "../../consumers/published-evidence.ts";
import { FLAG } from "../../schemas/evidence.ts";
import type { Flag, FlagCode } from "../../model/evidence/flags.ts";
import { evidence } from "../support/agent-jobs.ts";

const flag = (code: FlagCode, raised: boolean, more: Partial<Flag> = {}): Flag => ({
  code,
  channels: ["search"],
  raised,
  value: 1,
  limit: 0.5,
  figures: {},
  message: code,
  ...more,
});
const { plan, experiment } = evidence();
const found = (flags: readonly Flag[]) =>
  publishEvidence({ flags, plan: { ...plan, channels: [] }, experiment } as never);

it("has raised flags that stop first, then those that inform, then the others: all of them", () => {
  const flags = [
    flag("unstable", false),
    flag("nothing_learnt", true),
    flag("placebo_in_time", false),
    flag("spend_follows_demand", true),
  ];
  expect(found(flags).flags.map(({ code, raised, stops }) => [code, raised, stops])).toEqual([
    ["spend_follows_demand", true, true],
    ["nothing_learnt", true, false],
    ["unstable", false, false],
    ["placebo_in_time", false, true],
  ]);
});

it("has no figure that JSON cannot hold", () => {
  const [one] = found([
    flag("unstable", false, {
      value: Infinity,
      limit: Number.NaN,
      figures: { t: Infinity, df: 3 },
    }),
  ]).flags;
  expect(one).toMatchObject({ value: null, limit: null, figures: { df: 3 } });
  expect(FLAG.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
});
