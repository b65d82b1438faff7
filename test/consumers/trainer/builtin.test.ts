import { describe, expect, it } from "vitest";
import { createBuiltinTraining } from "../../../consumers/trainer/builtin.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const dataset = smallDataset();
const training = createBuiltinTraining(() => Promise.resolve({ dataset, digest: "data" }));
const config = smallConfig({ training: { refinement_steps: 20, learning_rate: 0.05 } });
const signal = new AbortController().signal;
const more = { seed: 1, signal } as never;

describe("the built-in trainer", () => {
  it("fits the cleared parameters as they are, whatever refinement they name", async () => {
    const trained = await training.train(config, more);
    for (const { channel, decay, alpha, gamma } of trained.channels) {
      expect({ decay, alpha, gamma }).toEqual(config.hyperparameters[channel]);
    }
    const still = smallConfig({ training: { refinement_steps: 0, learning_rate: 0.05 } });
    expect((await training.train(still, more)).loss).toBe(trained.loss);
    expect(trained.data_digest).toBe("data");
  });

  it("judges baseline and final on the locked weeks of the final configuration", async () => {
    const found = await training.lockedTest({ baseline: config, final: config } as never, more);
    expect(found.weeks).toBe(13);
    expect(found.final).toEqual(found.baseline);
    expect(typeof found.contradicts).toBe("boolean");
  });

  it("fails with the product's code for data that hold no model", async () => {
    const short = createBuiltinTraining(() =>
      Promise.resolve({ dataset: smallDataset({ weeks: 60 }), digest: "d" }),
    );
    await expect(short.train(config, more)).rejects.toMatchObject({ code: "data_invalid" });
  });
});
