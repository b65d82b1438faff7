import { expect, it } from "vitest";
import {
  createChannelRows,
  describeBusinessInput,
  describeTaskInput,
} from "../../../agents/claude/context.ts";
import { context, task, trained } from "../../support/agent-jobs.ts";
import { smallConfig } from "../../support/small-model.ts";

it("figures are one row a channel, without ids, data or more than a dozen findings", () => {
  const model = trained(smallConfig());
  const [finding] = [{ code: "vif_high", channel: "tv", message: "m", severity: "info" }];
  const many = {
    ...model,
    findings: Array.from({ length: 30 }, () => finding),
  } as unknown as typeof model;
  const rows = createChannelRows(many);
  expect(rows?.channels.map(({ channel }) => channel)).toEqual(["tv", "search"]);
  expect(rows?.findings).toHaveLength(12);
  expect(rows?.findings[0]).toEqual({ code: "vif_high", channel: "tv", message: "m" });
  expect(Object.keys(rows ?? {}).toSorted()).toEqual([
    "baseline_share",
    "channels",
    "findings",
    "loss",
  ]);
  expect(createChannelRows(null)).toBeNull();
});

it("a task and a business are told without who asked, which unit, or other work", () => {
  expect(Object.keys(describeTaskInput(task())).toSorted()).toEqual([
    "attempt",
    "constraints",
    "feedback",
    "instruction",
    "iteration",
    "kind",
    "text",
  ]);
  expect(describeBusinessInput(context())).not.toHaveProperty("business_unit");
});
