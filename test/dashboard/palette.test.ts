import { expect, it } from "vitest";
import { measureLeastDistance } from "../support/colour-distance.ts";
import {
  chooseChannelColour,
  createChannelLegend,
  createChannelScale,
  INK,
} from "../../dashboard/palette.ts";

it("any two colours, and the baseline's grey, are apart for every eye", () => {
  const colours = [...createChannelScale(Array.from({ length: 10 }, (_, at) => `c${at}`)).range];
  expect(measureLeastDistance([...colours, INK.baseline])).toBeGreaterThan(16);
  // What was here before: ooh and social of the shipped example under deuteranopia.
  expect(measureLeastDistance(["#d55e00", "#b8860b"])).toBeLessThan(10);
});

it("a channel has one colour in every picture, ten different ones before they come again", () => {
  const names = Array.from({ length: 12 }, (_, at) => `c${at}`);
  const { domain, range } = createChannelScale(names);
  expect(domain).toEqual(names);
  expect(createChannelLegend(names).map(({ colour }) => colour)).toEqual(range);
  expect(new Set(range).size).toBe(10);
  expect(chooseChannelColour(11)).toBe(chooseChannelColour(1));
});
