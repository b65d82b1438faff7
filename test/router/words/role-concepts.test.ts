import { expect, it } from "vitest";
import { ROLE_CONCEPTS } from "../../../router/words/role-concepts.ts";

const found = (text: string) =>
  ROLE_CONCEPTS.filter(({ pattern }) => pattern.test(text)).map(({ id }) => id);

it.each([
  ["carryover_parameter", "the half-life of radio"],
  ["saturation_parameter", "a steeper Hill curve"],
  ["training_parameter", "a stronger ridge penalty"],
  ["tune", "please re-optimise it"],
  ["safeguards", "who rolls back, and on which alert?"],
  ["executives", "the board decides"],
])("%s is found in %j", (id, text) => {
  expect(found(text)).toContain(id);
});

it("every concept speaks for a role, and none for a text about something else", () => {
  for (const { id, points } of ROLE_CONCEPTS) {
    expect(
      Object.values(points).some((value) => value > 0),
      id,
    ).toBe(true);
  }
  expect(found("My bicycle is blue")).toEqual([]);
});
