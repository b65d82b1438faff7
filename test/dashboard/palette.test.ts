import { expect, it } from "vitest";
import {
  chooseChannelColour,
  createChannelLegend,
  createChannelScale,
} from "../../dashboard/palette.ts";

it("a channel has one colour in every picture, ten different ones before they come again", () => {
  const names = Array.from({ length: 12 }, (_, at) => `c${at}`);
  const { domain, range } = createChannelScale(names);
  expect(domain).toEqual(names);
  expect(createChannelLegend(names).map(({ colour }) => colour)).toEqual(range);
  expect(new Set(range).size).toBe(10);
  expect(chooseChannelColour(11)).toBe(chooseChannelColour(1));
});
