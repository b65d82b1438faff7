/**
 * Colours of all pictures: one per channel in the order of the model, fixed ones for the rest.
 * Any two, and the baseline's grey, are 16 or more apart (CIEDE2000) for the usual eye and under the three
 * common deficiencies (Machado, Oliveira & Fernandes 2009); found by a search, held by a test.
 */

const CHANNELS = [
  "#5e27ff",
  "#e3a308",
  "#017f8c",
  "#84160b",
  "#08bd8e",
  "#5c277a",
  "#a46900",
  "#b992df",
  "#384344",
  "#757164",
] as const;

export const INK = {
  actual: "#1f2933",
  fitted: "#0072b2",
  validation: "#d55e00",
  baseline: "#c3cad2",
  benchmark: "#dfe9df",
  grid: "#e4e7eb",
  faint: "#7b8794",
  good: "#1b7f4b",
  bad: "#b3261e",
  warn: "#b26a00",
} as const;

/** Colour of the channel at a place in the model's list. */
export function chooseChannelColour(index: number): string {
  return CHANNELS[index % CHANNELS.length] ?? CHANNELS[0];
}

/** Names and colours of all channels, for a legend. */
export function createChannelLegend(names: readonly string[]): { name: string; colour: string }[] {
  return names.map((name, index) => ({ name, colour: chooseChannelColour(index) }));
}

/** Names and colours of all channels, for a scale. */
export function createChannelScale(names: readonly string[]): {
  domain: string[];
  range: string[];
} {
  return { domain: [...names], range: names.map((_, index) => chooseChannelColour(index)) };
}
