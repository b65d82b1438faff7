import { expect, it } from "vitest";
import { compareNewestFirst } from "../../../api/a2a/task-list.ts";
import type { Task } from "../../../api/a2a/sdk.ts";

it("tasks are listed by their last change, newest first, then by id", () => {
  const task = (id: string, timestamp?: string) => ({ id, status: { timestamp } }) as Task;
  const tasks = [
    task("b", "2026-01-01T00:00:00.000Z"),
    task("d"),
    task("a", "2026-01-02T00:00:00.000Z"),
    task("c", "2026-01-01T00:00:00.000Z"),
  ];
  const order = [...tasks].sort(compareNewestFirst).map(({ id }) => id);
  expect(order).toEqual(["a", "b", "c", "d"]);
  expect(
    [...tasks]
      .reverse()
      .sort(compareNewestFirst)
      .map(({ id }) => id),
  ).toEqual(order);
});
