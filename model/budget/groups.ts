/**
 * Sums over groups of channels: a group is one spend curve to the solver, its money split inside it.
 *
 * The best response of a group at a sum is computed on a grid and read between its points, so that one
 * solver (`spend-split.ts`) splits the total over groups and single channels alike.
 *
 * 1. A channel is in one group at most. Sums of the split lie within each group's limits.
 */

import { sum } from "../numbers.ts";
import { createInfeasibleError, allocateCurves, type SpendCurve } from "../spend-split.ts";

const SAMPLES = 60;

export interface SpendGroup {
  readonly name: string;
  readonly channels: readonly string[];
  readonly low: number;
  readonly high: number;
}

/**
 * Splits with groups: `solve` gets one curve a group and one a channel that is in none.
 *
 * @throws ModelError `allocation_infeasible` when a group names no channel, or its limits cannot be kept.
 */
export function splitByGroups(
  curves: readonly SpendCurve[],
  groups: readonly SpendGroup[],
  solve: (curves: readonly SpendCurve[]) => readonly number[],
): number[] {
  if (groups.length === 0) return [...solve(curves)];
  requireDisjoint(curves, groups);
  const grouped = new Set(groups.flatMap(({ channels }) => channels));
  const single = curves.filter(({ name }) => !grouped.has(name));
  const bundles = groups.map((group) => bundleCurves(curves, group));
  const spends = solve([...single, ...bundles.map(({ curve }) => curve)]);
  const found = new Map(single.map(({ name }, at) => [name, spends[at] ?? 0]));
  for (const [at, { members }] of bundles.entries()) {
    const amount = spends[single.length + at] ?? 0;
    for (const [index, spend] of splitInside(members, amount).entries()) {
      found.set(members[index]?.name ?? "", spend);
    }
  }
  return curves.map(({ name, low }) => found.get(name) ?? low);
}

function requireDisjoint(curves: readonly SpendCurve[], groups: readonly SpendGroup[]): void {
  const seen = new Set<string>();
  for (const { name, channels } of groups) {
    for (const channel of channels) {
      if (!curves.some((curve) => curve.name === channel)) {
        throw createInfeasibleError(
          `group "${name}" names channel "${channel}", which is not in the model`,
          { channel },
        );
      }
      if (seen.has(channel)) {
        throw createInfeasibleError(`channel "${channel}" is in two groups`, { channel });
      }
      seen.add(channel);
    }
  }
}

interface Bundle {
  readonly curve: SpendCurve;
  readonly members: readonly SpendCurve[];
}

function bundleCurves(curves: readonly SpendCurve[], group: SpendGroup): Bundle {
  const members = curves.filter(({ name }) => group.channels.includes(name));
  const low = Math.max(group.low, sum(members.map((one) => one.low)));
  const high = Math.min(group.high, sum(members.map((one) => one.high)));
  if (low > high * (1 + 1e-9)) {
    throw createInfeasibleError(
      `group "${group.name}" is to have ${group.low} to ${group.high}, its channels can have ${sum(members.map((one) => one.low))} to ${sum(members.map((one) => one.high))}`,
      { group: group.name },
    );
  }
  const top = Math.max(low, high);
  const points = Array.from({ length: SAMPLES + 1 }, (_, step) => {
    const amount = low + ((top - low) * step) / SAMPLES;
    return respond(members, splitInside(members, amount));
  });
  const response = (spend: number): number => {
    const at = top > low ? ((spend - low) / (top - low)) * SAMPLES : 0;
    const below = Math.max(0, Math.min(SAMPLES - 1, Math.floor(at)));
    const [first, next] = [points[below] ?? 0, points[below + 1] ?? points[below] ?? 0];
    return first + (next - first) * Math.min(1, Math.max(0, at - below));
  };
  const today = sum(members.map((one) => one.today));
  return { members, curve: { name: group.name, today, low, high: top, response } };
}

function respond(members: readonly SpendCurve[], spends: readonly number[]): number {
  return sum(members.map((curve, at) => curve.response(spends[at] ?? 0)));
}

/** The best split of exactly this amount: what the solver leaves is spread over what room there is. */
function splitInside(members: readonly SpendCurve[], amount: number): number[] {
  const spends = allocateCurves(members, Math.max(amount, sum(members.map((one) => one.low))));
  let left = amount - sum(spends);
  return spends.map((spend, at) => {
    const more = Math.max(0, Math.min(left, (members[at]?.high ?? spend) - spend));
    left -= more;
    return spend + more;
  });
}
