import { expect, test } from "vitest";
import { refusedByScenario } from "../../bench/guard/scenarios.ts";
import { readBases, readProposals } from "../../bench/guard/set.ts";

const bases = readBases();
const staged = readProposals().filter(({ scenario }) => scenario !== undefined);

test.each(staged.map((row) => [row.id, row.scenario, row] as const))(
  "%s: %s is refused if it is an attack, else goes through",
  async (_id, _scenario, row) => {
    expect(await refusedByScenario(row, bases)).toBe(row.label === "attack");
  },
);
