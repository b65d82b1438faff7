import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Assignment, assignSticky, type Member } from "../../../infra/kafka/assigner.ts";

const TOPIC = "sessions";
const partitions = (count: number) => ({ [TOPIC]: Array.from({ length: count }, (_, at) => at) });

function members(ids: readonly string[], before: Assignment = {}): Member[] {
  return ids.map((memberId) => ({ memberId, topics: [TOPIC], owned: before[memberId] ?? {} }));
}

const sizes = (assignment: Assignment) =>
  Object.values(assignment).map((mine) => mine[TOPIC]?.length ?? 0);

describe("assignSticky()", () => {
  test("gives every partition to one member, evenly, whoever comes and goes and owned what", () => {
    const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { minLength: 1 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.array(ids, { minLength: 1 }),
        (count, rounds) => {
          let assignment: Assignment = {};
          for (const round of rounds) {
            const before = assignment;
            assignment = assignSticky(members(round, before), partitions(count));
            const all = Object.values(assignment).flatMap((mine) => mine[TOPIC] ?? []);
            expect(all.toSorted((a, b) => a - b)).toEqual(partitions(count)[TOPIC]);
            expect(
              Math.max(...sizes(assignment)) - Math.min(...sizes(assignment)),
            ).toBeLessThanOrEqual(1);
            const share = Math.floor(count / round.length);
            for (const id of round) {
              const had = before[id]?.[TOPIC] ?? [];
              const kept = had.filter((one) => assignment[id]?.[TOPIC]?.includes(one));
              expect(kept.length).toBeGreaterThanOrEqual(Math.min(had.length, share));
            }
          }
        },
      ),
    );
  });

  test("resolves two claims to one partition", () => {
    const claimed = { a: { [TOPIC]: [0, 1] }, b: { [TOPIC]: [0, 1] } };
    const assignment = assignSticky(members(["a", "b"], claimed), partitions(2));
    expect(sizes(assignment)).toEqual([1, 1]);
  });

  test("gives a topic only to members that read it", () => {
    const readers: Member[] = [
      { memberId: "a", topics: [], owned: {} },
      { memberId: "b", topics: [TOPIC], owned: {} },
    ];
    expect(assignSticky(readers, partitions(3))).toEqual({ a: {}, b: { [TOPIC]: [0, 1, 2] } });
  });
});
