/** People's words as tuning requests: what is understood, in which unit, and what is none. */
import { describe, expect, it } from "vitest";
import { parseRange, readTuningRequests } from "../../../agents/builtin/parse-request.ts";
import { parseModelConfig } from "../../../model/config.ts";

const config = parseModelConfig({
  model_id: "m",
  data: { path: "x", date: "d", target: "y" },
  channels: [
    { name: "tv", spend: "a", media_type: "tv" },
    { name: "paid_search", spend: "b", media_type: "search" },
    { name: "fm_spots", spend: "c", media_type: "radio" },
  ],
});

const NOTHING = { direction: null, target: null, amount: null, range: null };

describe("readWishes", () => {
  it.each([
    ["set tv decay to 0.6", [{ ...NOTHING, channel: "tv", parameter: "decay", target: 0.6 }]],
    [
      "raise TV carryover by 10 %",
      [
        {
          ...NOTHING,
          channel: "tv",
          parameter: "decay",
          direction: "increase",
          amount: { by: 0.1, relative: true },
        },
      ],
    ],
    [
      "lower paid search alpha by 0.2",
      [
        {
          ...NOTHING,
          channel: "paid_search",
          parameter: "alpha",
          direction: "decrease",
          amount: { by: 0.2, relative: false },
        },
      ],
    ],
    [
      "the radio carryover is too short",
      [{ ...NOTHING, channel: "fm_spots", parameter: "decay", direction: "increase" }],
    ],
    [
      "keep tv decay between 0.4 and 0.7",
      [{ ...NOTHING, channel: "tv", parameter: "decay", range: [0.4, 0.7] }],
    ],
    [
      "set the ridge penalty to 0.1",
      [{ ...NOTHING, channel: null, parameter: "l2_penalty", target: 0.1 }],
    ],
    [
      "halve the decay of all channels",
      [
        {
          ...NOTHING,
          channel: null,
          parameter: "decay",
          direction: "decrease",
          amount: { by: 0.5, relative: true },
        },
      ],
    ],
  ])("reads %s", async (text, tuningRequests) => {
    expect(await readTuningRequests(text, config)).toEqual(tuningRequests);
  });

  it("turns a half-life in weeks or days into a decay per period", async () => {
    const [weeks] = await readTuningRequests("tv half-life should be 2 weeks", config);
    expect(weeks).toMatchObject({ channel: "tv", parameter: "decay" });
    expect(weeks?.target).toBeCloseTo(0.5 ** (1 / 2), 12);
    const [days] = await readTuningRequests("set the tv half-life to 7 days", config);
    expect(days?.target).toBeCloseTo(0.5, 12);
  });

  it("finds every wish of a text", async () => {
    const tuningRequests = await readTuningRequests(
      "set tv decay to 0.6 and raise paid search gamma",
      config,
    );
    expect(
      tuningRequests.map((tuningRequest) => [tuningRequest.channel, tuningRequest.parameter]),
    ).toEqual([
      ["tv", "decay"],
      ["paid_search", "gamma"],
    ]);
  });

  it.each([
    "make it better",
    "switch to Weibull adstock",
    "what is the decay of tv?",
    "decay of the moon to 0.5",
    "",
    "deploy it now",
  ])("finds none in %j", async (text) => {
    expect(await readTuningRequests(text, config)).toEqual([]);
  });

  it("reads a very long text in bounded time", async () => {
    expect(await readTuningRequests("tv ".repeat(200_000), config)).toEqual([]);
  });
});

describe("parseRange", () => {
  it("reads a range with its path", () => {
    expect(parseRange("tv decay must stay between 0.4 and 0.7", config)).toEqual({
      path: "hyperparameters.tv.decay",
      low: 0.4,
      high: 0.7,
    });
  });

  it("reads half-lives as decays", () => {
    const range = parseRange("tv half-life between 1 and 3 weeks", config);
    expect(range?.low).toBeCloseTo(0.5, 12);
    expect(range?.high).toBeCloseTo(0.5 ** (1 / 3), 12);
  });

  it.each(["tv decay between 0.7 and 0.4", "between 1 and 2", "tv decay to 0.5"])(
    "finds none in %j",
    (text) => {
      expect(parseRange(text, config)).toBeNull();
    },
  );
});
