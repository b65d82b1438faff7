import { describe, expect, test } from "vitest";
import {
  DEFAULT_SIMULATION,
  parseSimulationSpec,
} from "../../../model/simulate/simulation-spec.ts";

const channel = {
  name: "tv",
  media_type: "tv",
  mean_spend: 100,
  decay: 0.5,
  alpha: 1,
  gamma: 0.5,
  roi: 2,
};

describe("a specification of a simulation", () => {
  test("needs channels alone and fills in the rest", () => {
    const spec = parseSimulationSpec({ channels: [channel] });
    expect(spec).toMatchObject({ base_level: 100_000, noise: 0.03, normalized: true });
    expect(spec.channels[0]).toMatchObject({ active_share: 1, season_following: 0 });
  });

  test("names the field that is wrong, an unknown one too", () => {
    const wrong = { channels: [{ ...channel, decay: 1.2 }] };
    expect(() => parseSimulationSpec(wrong)).toThrow(/channels\.0\.decay/);
    expect(() => parseSimulationSpec({ channels: [channel], noize: 1 })).toThrow(/noize/);
    expect(() => parseSimulationSpec(null)).toThrow(/the document/);
  });

  test("refuses two channels of one name", () => {
    expect(() => parseSimulationSpec({ channels: [channel, channel] })).toThrow(/two channels/);
  });

  test("ships with an example that is valid itself", () => {
    expect(parseSimulationSpec(DEFAULT_SIMULATION)).toEqual(DEFAULT_SIMULATION);
  });
});
