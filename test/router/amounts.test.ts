import { describe, expect, it } from "vitest";
import { parseAmount } from "../../router/amounts.ts";

const nothing = { target: null, by: null, relative: null, range: null };

describe("an amount in a wish", () => {
  it.each([
    ["lower the decay of tv to 0.6", { target: 0.6 }],
    ["set decay = 0,55", { target: 0.55 }],
    ["from 0.8 down to 0.5", { target: 0.5 }],
    ["raise it by 0.1", { by: 0.1 }],
    ["cut it by about 10 %", { relative: 0.1 }],
    ["halve the decay", { relative: -0.5 }],
    ["double alpha", { relative: 1 }],
    ["between 0.2 and 0.5", { range: [0.2, 0.5] }],
  ])("is read from %j", (clause, expected) => {
    expect(parseAmount(clause)).toEqual({ ...nothing, ...expected });
  });

  it.each([["look at the last 13 weeks"], ["lower the decay"], [""], ["0.2 0.3 0.4 maybe"]])(
    "is not made up for %j",
    (clause) => expect(parseAmount(clause)).toEqual(nothing),
  );
});
