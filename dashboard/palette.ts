/**
 * Colours of all pictures: one per channel in the order of the model, fixed ones for the rest.
 * Distinct for the common kinds of colour blindness (Okabe & Ito 2008, darkened where thin lines on
 * white would be too pale).
 */

const CHANNELS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#b8860b",
  "#8e4585",
  "#3b9bd6",
  "#a0522d",
  "#5f7f1e",
  "#c2185b",
  "#455a9c",
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
