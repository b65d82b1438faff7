/**
 * Which business unit's request is admitted next: weighted max-min fairness over running sessions.
 *
 * I1. No unit runs more than its own limit, nor all together more than the common one.
 * I2. Work-conserving: while there is room and a unit below its limit waits, somebody is admitted.
 * I3. The unit with the smallest running/weight goes first, so a long queue of one unit never delays
 *     another unit's first session; ties go to the oldest request.
 * I4. No memory: equal queues and equal running sessions give equal choices, after a restart and on
 *     any replica. (Deficit round robin, Shreedhar & Varghese 1996, would be fair in admissions per
 *     round but needs a stored deficit per unit; sessions differ in length, so the share of what
 *     runs is the fairer measure here.)
 */

export interface UnitLoad {
  readonly unit: string;
  readonly running: number;
  readonly running_max: number;
  readonly weight: number;
  /** Order of the unit's oldest waiting request; null when none waits. */
  readonly oldest: number | null;
}

/** The unit to admit from; null when nobody may be admitted. */
export function nextUnit(loads: readonly UnitLoad[], runningMax: number): string | null {
  const running = loads.reduce((sum, load) => sum + load.running, 0);
  if (running >= runningMax) return null;
  let best: UnitLoad | null = null;
  for (const load of loads) {
    if (load.oldest === null || load.running >= load.running_max) continue;
    if (best === null || isServedBefore(load, best)) best = load;
  }
  return best?.unit ?? null;
}

function isServedBefore(a: UnitLoad, b: UnitLoad): boolean {
  const left = a.running * b.weight;
  const right = b.running * a.weight;
  if (left !== right) return left < right;
  return (a.oldest ?? 0) < (b.oldest ?? 0);
}
