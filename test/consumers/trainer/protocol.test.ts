import { describe, expect, it } from "vitest";
import {
  createLockedTestRequest,
  readLocked,
  readTrained,
  TRAINER_PROTOCOL,
  trainRequest,
} from "../../../consumers/trainer/protocol.ts";
import { metrics } from "../../support/given.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();
const dataset = smallDataset();
const figures = {
  coefficient: 1,
  contribution_share: 0.1,
  effect_share: 0.5,
  spend_share: 0.5,
  roi: 2,
  roi_low: null,
  roi_high: null,
  mroi: 1,
};
const answer = {
  protocol: TRAINER_PROTOCOL,
  trainer: "other 1.0",
  validation: metrics(0.1),
  in_sample: metrics(0.1),
  loss: 0.1,
  channels: ["tv", "search"].map((channel) => ({ channel, ...figures })),
  baseline_share: 0.5,
  solver_score: 1,
  roi_stability: null,
};
const read = (more: object) => readTrained(JSON.stringify({ ...answer, ...more }), config);

describe("what is said to an outside trainer", () => {
  it("to train holds no locked week, and the folds that all are judged on", () => {
    const request = JSON.parse(trainRequest(dataset, config, 7));
    expect(request).toMatchObject({ command: "train", seed: 7 });
    expect(request.data.dates).toHaveLength(143);
    expect(request.data.target).toHaveLength(143);
    expect(request.data.channels.tv.spend).toHaveLength(143);
    expect(request.folds.at(-1)).toEqual({ train_end: 130, validation_end: 143 });
  });

  it("to judge holds all weeks and says where the locked ones begin", () => {
    const request = JSON.parse(
      createLockedTestRequest(dataset, { baseline: config, final: config }),
    );
    expect(request).toMatchObject({ command: "locked_test", locked_from: 143 });
    expect(request.data.dates).toHaveLength(156);
  });
});

describe("what it may answer", () => {
  it("is strict, with the model's channels in their order", () => {
    expect(read({})).toMatchObject({ trainer: "other 1.0", findings: [] });
    expect(() => read({ channels: [...answer.channels].reverse() })).toThrow(/channels are not/);
    expect(() => read({ channels: answer.channels.slice(1) })).toThrow(/channels are not/);
    expect(() => read({ loss: null })).toThrow(/answer, loss: /);
    expect(() => read({ solver_score: 2 })).toThrow(/solver_score/);
    expect(() => read({ notes: "x" })).toThrow(/the answer/);
  });

  it("may be that it failed, in its own words, escaped", () => {
    const failed = JSON.stringify({ protocol: TRAINER_PROTOCOL, error: "no\u001b[2J memory" });
    expect(() => readLocked(failed)).toThrow(/^The trainer says: no/);
    expect(() => readLocked(failed)).not.toThrow("\u001b");
    expect(() => readLocked("Traceback …")).toThrow(/is not JSON: Traceback/);
  });
});
