import { describe, expect, it } from "vitest";
import { createEncoderUnavailable } from "../../router/encoder/weights.ts";
import { parseAmount } from "../../router/amounts.ts";
import { findChannels, createIntentGuess, parseProposal } from "../../router/intent.ts";

const CHANNELS = ["tv", "paid_search", "radio", "social"];
const NONE = { target: null, by: null, relative: null, range: null };

describe("parseAmount", () => {
  it.each([
    ["lower decay from 0.8 to 0.6", { target: 0.6 }],
    ["decay to about .55", { target: 0.55 }],
    ["decay auf 0,6", { target: 0.6 }],
    ["l2 = 12", { target: 12 }],
    ["decay tv 0.55", { target: 0.55 }],
    ["raise alpha by 0.2", { by: 0.2 }],
    ["raise alpha by 10 %", { relative: 0.1 }],
    ["cut gamma by 25 percent", { relative: 0.25 }],
    ["halve the learning rate", { relative: -0.5 }],
    ["double the penalty", { relative: 1 }],
    ["decay between 0.2 and 0.5", { range: [0.2, 0.5] }],
    ["search decay 0.05-0.15", { range: [0.05, 0.15] }],
    ["a half-life of 3 weeks", {}],
    ["lower it", {}],
    ["", {}],
  ])("reads %j", (clause, found) => expect(parseAmount(clause)).toEqual({ ...NONE, ...found }));
});

describe("findChannels", () => {
  it("finds a channel under any of its spellings, as a whole word", () => {
    expect(findChannels("Paid Search and paid-search, not TVs", CHANNELS)).toEqual(["paid_search"]);
    expect(findChannels("TV, then radio", CHANNELS)).toEqual(["tv", "radio"]);
  });

  it("takes no name for a pattern", () => {
    expect(findChannels("anything", ["a.*", ".*"])).toEqual([]);
  });
});

describe("parseProposal", () => {
  it("reads channel, parameter, direction and target", async () => {
    const parsed = await parseProposal("Lower the decay of TV from 0.8 to about 0.65.", CHANNELS);
    expect(parsed).toMatchObject({ intent: "tune", ground: "rules", channels: ["tv"] });
    expect(parsed.parameterRequests).toEqual([
      {
        ...NONE,
        parameter: "decay",
        channel: "tv",
        direction: "lower",
        target: 0.65,
        clause: "Lower the decay of TV from 0.8 to about 0.65",
      },
    ]);
  });

  it("keeps the wishes of one sentence apart", async () => {
    const text = "raise alpha for paid search by 10% and set gamma of radio to 0.4";
    const { parameterRequests } = await parseProposal(text, CHANNELS);
    expect(parameterRequests).toMatchObject([
      { parameter: "alpha", channel: "paid_search", direction: "raise", relative: 0.1 },
      { parameter: "gamma", channel: "radio", direction: "set", target: 0.4 },
    ]);
  });

  it("hears what is too small as a wish for more", async () => {
    const { parameterRequests } = await parseProposal(
      "The l2_penalty is too small for this",
      CHANNELS,
    );
    expect(parameterRequests).toMatchObject([
      { parameter: "l2_penalty", channel: null, direction: "raise" },
    ]);
  });

  it.each([
    ["Replace the geometric adstock by a Weibull adstock", "change_method"],
    ["Why is the structure additive, what does the literature say?", "ask_method"],
    ["Is the ROI plausible against industry benchmarks?", "judge_results"],
    ["Do we approve the deployment and the rollback plan?", "decide"],
  ])("tells the intent of %j", async (text, intent) => {
    expect((await parseProposal(text, CHANNELS)).intent).toBe(intent);
  });

  it("takes a mention of a parameter for no wish", async () => {
    const parsed = await parseProposal("Why is adstock geometric?", CHANNELS);
    expect(parsed.parameterRequests).toEqual([]);
  });

  it("asks the encoder only where words show no intent", async () => {
    const asked: string[] = [];
    const guess = async (text: string) => {
      asked.push(text);
      return "stakeholder" as const;
    };
    expect(await parseProposal("thumbs?", CHANNELS, guess)).toMatchObject({
      intent: "decide",
      ground: "encoder",
    });
    await parseProposal("Replace the adstock by a Weibull adstock", CHANNELS, guess);
    expect(asked).toEqual(["thumbs?"]);
  });

  it("has no intent where neither has one, and survives a failing model", async () => {
    const guess = createIntentGuess({
      digest: "",
      confidenceThreshold: 0,
      judge: () => Promise.reject(createEncoderUnavailable("runtime_failed", "gone")),
    });
    expect(await parseProposal("hm", CHANNELS, guess)).toEqual({
      intent: "other",
      ground: "none",
      channels: [],
      parameterRequests: [],
    });
  });

  it("reads a bounded part of a text of any size", async () => {
    const parsed = await parseProposal("decay of tv to 0.5; ".repeat(50_000), CHANNELS);
    expect(parsed.parameterRequests.length).toBeLessThan(1000);
  });
});
