import { describe, expect, it } from "vitest";
import { TaskState } from "../../../api/a2a/sdk.ts";
import {
  createArtifacts,
  describeEventForTask,
  TASK_STATES,
} from "../../../api/a2a/session-task.ts";
import { cleared, Given, recorded, REQUEST, trained, vetoed } from "../../support/given.ts";

describe("a session as a task", () => {
  it("has a state of the protocol for each of its own", () => {
    expect(TASK_STATES).toMatchObject({
      running: TaskState.TASK_STATE_WORKING,
      waiting: TaskState.TASK_STATE_INPUT_REQUIRED,
      completed: TaskState.TASK_STATE_COMPLETED,
      failed: TaskState.TASK_STATE_FAILED,
      cancelled: TaskState.TASK_STATE_CANCELED,
    });
  });

  it("has no artifact as long as it has come to nothing new", () => {
    const given = new Given();
    given.when(REQUEST);
    given.when(cleared("w0.1", "base"));
    given.when(trained("w0.1", "base", 0.2));
    const state = given.state!;
    expect(createArtifacts(state)).toEqual([]);
    const found = createArtifacts({ ...state, status: "completed" });
    expect(found.map(({ artifactId }) => artifactId)).toEqual(["result"]);
  });

  it("tells what matters to somebody who watches", () => {
    expect(describeEventForTask(recorded(trained("w1.1", "d", 0.1234567)))).toContain(
      "loss 0.1235",
    );
    expect(describeEventForTask(recorded(vetoed("w1.1")))).toContain("vetoed by the rules layer");
    expect(describeEventForTask(recorded(cleared("w1.1", "d")))).toBeNull();
  });
});
