/** Protects: the configuration is strict, complete after parsing, and never coerced. */

import { describe, expect, test } from "vitest";
import { parseModelConfig } from "../../model/config.ts";
import { ModelError } from "../../model/errors.ts";

const minimal = {
  model_id: "m",
  data: { path: "d.csv", date: "date", target: "sales" },
  channels: [
    { name: "tv", spend: "tv_spend", media_type: "tv" },
    { name: "search", spend: "search_spend", media_type: "search" },
  ],
};

function refusal(value: unknown): ModelError {
  try {
    parseModelConfig(value);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("parseModelConfig", () => {
  test("fills in every default, and parsing the result changes nothing", () => {
    const config = parseModelConfig(minimal);
    expect(config.adstock).toEqual({ type: "geometric", normalized: true, max_lag_weeks: 13 });
    expect(config.evaluation.folds).toBe(4);
    expect(config.training).toEqual({ l2_penalty: 0.01, learning_rate: 0.05, refinement_steps: 0 });
    expect(parseModelConfig(config)).toEqual(config);
  });

  test("gives channels without hyperparameters those of their medium", () => {
    const { hyperparameters } = parseModelConfig(minimal);
    expect(hyperparameters["tv"]).toEqual({ decay: 0.55, alpha: 1, gamma: 0.5 });
    expect(hyperparameters["search"]).toEqual({ decay: 0.15, alpha: 1, gamma: 0.5 });
  });

  test("gives a channel the parameters that it leaves out, and keeps those it states", () => {
    const { hyperparameters } = parseModelConfig({
      ...minimal,
      hyperparameters: { tv: { decay: 0.7 }, search: {} },
    });
    expect(hyperparameters["tv"]).toEqual({ decay: 0.7, alpha: 1, gamma: 0.5 });
    expect(hyperparameters["search"]).toEqual({ decay: 0.15, alpha: 1, gamma: 0.5 });
  });

  test("takes the name of its JSON Schema, which is no part of the model", () => {
    const config = parseModelConfig({ $schema: "./schema/baseline_model.schema.json", ...minimal });
    expect(config).toEqual(parseModelConfig(minimal));
  });

  test("converts the weekly default decay for daily data", () => {
    const daily = parseModelConfig({ ...minimal, data: { ...minimal.data, frequency: "daily" } });
    expect((daily.hyperparameters["tv"]?.decay ?? 0) ** 7).toBeCloseTo(0.55, 12);
  });

  test.each([
    ["an unknown key", { ...minimal, chanels: [] }, "the document"],
    ["an unknown nested key", { ...minimal, training: { l2: 1 } }, "training"],
    [
      "text where a number belongs",
      { ...minimal, training: { l2_penalty: "0.1" } },
      "training.l2_penalty",
    ],
    ["another adstock", { ...minimal, adstock: { type: "weibull" } }, "adstock.type"],
    [
      "a decay of 1",
      { ...minimal, hyperparameters: { tv: { decay: 1, alpha: 1, gamma: 1 } } },
      "hyperparameters.tv.decay",
    ],
    [
      "hyperparameters of no channel",
      { ...minimal, hyperparameters: { radio: { decay: 0.1, alpha: 1, gamma: 1 } } },
      "hyperparameters.radio",
    ],
    [
      "the target as a control",
      { ...minimal, data: { ...minimal.data, controls: ["sales"] } },
      "data.controls.0",
    ],
    [
      "two channels of one name",
      { ...minimal, channels: [minimal.channels[0], minimal.channels[0]] },
      "channels.1.name",
    ],
    [
      "a name that would break paths",
      { ...minimal, channels: [{ name: "a.b", spend: "s", media_type: "tv" }] },
      "channels.0.name",
    ],
    [
      "weekday dummies for weekly data",
      { ...minimal, architecture: { seasonality: { day_of_week: true } } },
      "architecture.seasonality.day_of_week",
    ],
    [
      "a lift test of no channel",
      {
        ...minimal,
        calibration: {
          lift_tests: [
            { channel: "x", start: "2020-01-01", end: "2020-02-01", effect: 1, standard_error: 1 },
          ],
        },
      },
      "calibration.lift_tests.0.channel",
    ],
    ["NaN", { ...minimal, training: { l2_penalty: Number.NaN } }, "training.l2_penalty"],
    ["a list", [], "the document"],
  ])("refuses %s and names the field", (_, value, field) => {
    const error = refusal(value);
    expect(error.code).toBe("config_invalid");
    expect(error.data["field"]).toBe(field);
    expect(error.message).toContain(field);
    expect(error.message).not.toContain("\n");
    expect(error.retriable).toBe(false);
  });
});
