import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextUnit, type UnitLoad } from "../../../api/intake/fair-share.ts";

const UNIT = fc.record({
  queued: fc.integer({ min: 0, max: 30 }),
  running: fc.integer({ min: 0, max: 6 }),
  running_max: fc.integer({ min: 1, max: 6 }),
  weight: fc.integer({ min: 1, max: 4 }),
});
const UNITS = fc.array(UNIT, { minLength: 1, maxLength: 6 });

interface Unit {
  queued: number;
  running: number;
  readonly running_max: number;
  readonly weight: number;
}

function loadsOf(units: readonly Unit[]): UnitLoad[] {
  return units.map((unit, index) => ({
    ...unit,
    unit: String(index),
    oldest: unit.queued === 0 ? null : index,
  }));
}

/** Admits until nobody may be; returns the order of units. */
function admitAll(units: Unit[], runningMax: number): string[] {
  const order: string[] = [];
  for (;;) {
    const chosen = nextUnit(loadsOf(units), runningMax);
    if (chosen === null) return order;
    const unit = units[Number(chosen)] as Unit;
    unit.queued -= 1;
    unit.running += 1;
    order.push(chosen);
  }
}

describe("fair share", () => {
  it("keeps every limit and leaves no room unused while somebody may go", () => {
    fc.assert(
      fc.property(UNITS, fc.integer({ min: 1, max: 20 }), (given, runningMax) => {
        const units = given.map((unit) => ({ ...unit }));
        const before = units.reduce((sum, unit) => sum + unit.running, 0);
        admitAll(units, runningMax);
        const after = units.reduce((sum, unit) => sum + unit.running, 0);
        expect(after).toBeLessThanOrEqual(Math.max(before, runningMax));
        for (const [index, unit] of units.entries()) {
          const was = given[index]?.running ?? 0;
          expect(unit.running).toBeLessThanOrEqual(Math.max(was, unit.running_max));
        }
        const waits = units.some((unit) => unit.queued > 0 && unit.running < unit.running_max);
        expect(waits && after < runningMax).toBe(false);
      }),
    );
  });

  it("admits another unit's first before a busy unit's next, however long its queue", () => {
    const loads: UnitLoad[] = [
      { unit: "big", running: 3, running_max: 8, weight: 1, oldest: 0 },
      { unit: "small", running: 0, running_max: 8, weight: 1, oldest: 999 },
    ];
    expect(nextUnit(loads, 4)).toBe("small");
  });

  it("shares by weight, and among equals by age", () => {
    const unit = (name: string, weight: number, oldest: number) => ({
      unit: name,
      running: 0,
      queued: 12,
      running_max: 12,
      weight,
      oldest,
    });
    const units = [unit("a", 2, 5), unit("b", 1, 1)];
    const order: string[] = [];
    for (let slot = 0; slot < 9; slot += 1) {
      const chosen = nextUnit(units, 99);
      const found = units.find((one) => one.unit === chosen);
      if (found !== undefined) found.running += 1;
      order.push(chosen ?? "");
    }
    expect(order.filter((name) => name === "a")).toHaveLength(6);
    expect(order[0]).toBe("b");
  });

  it("gives equal choices to equal loads", () => {
    fc.assert(
      fc.property(UNITS, (given) => {
        const twice = [1, 2].map(() =>
          admitAll(
            given.map((unit) => ({ ...unit })),
            12,
          ),
        );
        expect(twice[0]).toEqual(twice[1]);
      }),
    );
  });
});
