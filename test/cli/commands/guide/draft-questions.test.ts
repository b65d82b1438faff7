/** Questions to a person: Enter takes the default, nonsense is asked again and then left. */
import { describe, expect, it } from "vitest";
import {
  askHints,
  askMedia,
  askTarget,
  askWeekLabel,
} from "../../../../cli/commands/guide/draft-questions.ts";
import { readDataTable } from "../../../../tables/read.ts";
import type { Roles } from "../../../../tables/roles/guess.ts";

/** Answers in order, and what was asked. */
function createPerson(...answers: string[]) {
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    return answers.shift() ?? "";
  };
  return { ask, asked };
}

const week = { label: "end", why: "all dates are Sundays", sure: false } as const;

const roles: Roles = {
  columns: [{ column: "a", part: "target", channel: null, why: "", sure: false }],
  channels: [
    { name: "thing", spend: "s", exposure: null, medium: "other", mediumKnown: false },
    { name: "tv", spend: "t", exposure: null, medium: "tv", mediumKnown: true },
  ],
  outcome: "unknown",
  targets: ["a", "b"],
  currency: null,
};

describe("a question", () => {
  it("has a default that Enter takes, and choices in any case", async () => {
    expect((await askWeekLabel(createPerson("").ask, week)).label).toBe("end");
    expect((await askWeekLabel(createPerson(" START ").ask, week)).label).toBe("start");
  });

  it("is put three times at most", async () => {
    const person = createPerson("x", "y", "z", "start");
    expect((await askWeekLabel(person.ask, week)).label).toBe("end");
    expect(person.asked).toHaveLength(3);
  });

  it("is not put where nobody is there or nothing is open", async () => {
    expect(await askWeekLabel(null, week)).toBe(week);
    const person = createPerson("start");
    await askWeekLabel(person.ask, { ...week, sure: true });
    expect(person.asked).toEqual([]);
    expect(await askTarget(null, roles)).toBeNull();
    expect(await askMedia(null, roles)).toBe(roles);
  });

  it("asks for the target, and for the kind of each medium that no name tells", async () => {
    expect(await askTarget(createPerson("b").ask, roles)).toBe("b");
    const person = createPerson("radio");
    const { channels } = await askMedia(person.ask, roles);
    expect(channels.map(({ medium }) => medium)).toEqual(["radio", "tv"]);
    expect(person.asked).toHaveLength(1);
  });

  it("asks for the order of dates that have two readings", async () => {
    const rows = Array.from({ length: 12 }, (_, month) => `01/${month + 1}/2024,${100 + month}`);
    const table = await readDataTable(Buffer.from(["date,sales", ...rows].join("\n")));
    const person = createPerson("month_first");
    const given = {};
    const hints = await askHints(person.ask, table, given);
    const open = table.problems.some(({ code }) => code === "date_ambiguous");
    expect(hints).toEqual(open ? { dateOrder: "month_first" } : {});
    expect(person.asked.length).toBe(open ? 1 : 0);
    expect(await askHints(null, table, given)).toBe(given);
  });
});
