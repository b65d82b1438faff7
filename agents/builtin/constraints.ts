/**
 * The Business Analyst's constraints: narrower ranges for the Data Scientist to obey.
 *
 * I1. A constraint lies within the methodology's range; it can narrow only.
 * I2. Each is made from a figure: the baseline's value, the candidate's, or the one in force.
 * I3. Constraints against findings all hold the baseline's value, so that no two of them exclude each
 *     other.
 */
import type { Specification } from "../../guard/specification/specification.ts";
import {
  computeTunableBounds,
  readTunableValues,
  type TunableBound,
} from "../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../model/config.ts";
import { TRANSFORM_PARAMETERS } from "../../model/media-types.ts";
import type { Constraint, Finding } from "../../schemas/parts.ts";
import type { TrainedModel } from "../reasoners.ts";

interface Model {
  readonly config: ModelConfig;
  readonly baseline: TrainedModel;
}

/** Share of the way from the baseline's value to the refused one that stays open. */
const OPEN_SHARE = 0.5;
/** Share of the range that stays open beyond the baseline's value. */
const SLACK_SHARE = 0.1;
/** Factor by which the penalty has to rise when media take more than there is. */
const PENALTY_FACTOR = 3;

type Bounds = ReadonlyMap<string, TunableBound>;

/** Ranges under which the same critical findings cannot come back in the same way. */
export function deriveConstraintsAgainst(
  critical: readonly Finding[],
  { config, baseline }: Model,
  spec: Specification,
): readonly Constraint[] {
  const bounds = computeTunableBounds(config, spec);
  const found = new Map<string, Constraint>();
  const add = (constraint: Constraint | null): void => {
    if (constraint !== null && !found.has(constraint.path)) found.set(constraint.path, constraint);
  };
  for (const finding of critical) {
    const { channel, code, message } = finding;
    if (channel !== null && code === "decay_at_hard_bound") {
      const was = baseline.channels.find((row) => row.channel === channel)?.decay ?? null;
      add(createPublishedConstraint(`hyperparameters.${channel}.decay`, was, bounds, message));
    } else if (channel !== null) {
      const was = baseline.channels.find((row) => row.channel === channel);
      const now = config.hyperparameters[channel];
      if (was === undefined || now === undefined) continue;
      for (const name of TRANSFORM_PARAMETERS) {
        const path = `hyperparameters.${channel}.${name}`;
        add(createHalfwayConstraint(path, { was: was[name], now: now[name] }, bounds, message));
      }
    } else if (code.startsWith("baseline_negative")) {
      add(createPenaltyConstraint(config.training.l2_penalty, bounds, message));
    }
  }
  return [...found.values()];
}

function createPublishedConstraint(
  path: string,
  was: number | null,
  bounds: Bounds,
  reason: string,
): Constraint | null {
  const bound = bounds.get(path);
  if (bound === undefined) return null;
  const min = Math.min(bound.softMin, was ?? bound.softMin);
  return { path, min, max: Math.max(bound.softMax, was ?? bound.softMax), reason };
}

/** From the baseline's value half way to the refused one. */
function createHalfwayConstraint(
  path: string,
  { was, now }: { was: number; now: number },
  bounds: Bounds,
  reason: string,
): Constraint | null {
  const bound = bounds.get(path);
  if (bound === undefined || was === now) return null;
  const halfway = was + (now - was) * OPEN_SHARE;
  const slack = SLACK_SHARE * (bound.max - bound.min);
  const inside = (value: number): number => Math.min(bound.max, Math.max(bound.min, value));
  const [low, high] = now > was ? [was - slack, halfway] : [halfway, was + slack];
  return { path, min: roundConstraint(inside(low)), max: roundConstraint(inside(high)), reason };
}

function createPenaltyConstraint(
  penalty: number,
  bounds: Bounds,
  reason: string,
): Constraint | null {
  const path = "training.l2_penalty";
  const bound = bounds.get(path);
  if (bound === undefined) return null;
  return {
    path,
    min: roundConstraint(Math.min(bound.max, penalty * PENALTY_FACTOR)),
    max: bound.max,
    reason,
  };
}

function roundConstraint(value: number): number {
  return Number(value.toPrecision(4));
}

/** Share of a range left around the value in force after refusals. */
const KEPT_SHARE = 0.25;

/** After refusals: ranges close to the configuration in force, of what the refusals name. */
export function deriveConstraintsAround(
  base: ModelConfig,
  bounds: Bounds,
  feedback: readonly string[],
): readonly Constraint[] {
  const said = feedback.join(" ");
  const names = base.channels.map((channel) => channel.name);
  const named = names.filter((name) =>
    new RegExp(String.raw`(^|[^\w])${name}([^\w]|$)`, "i").test(said),
  );
  const meant = named.length > 0 ? named : names;
  const values = readTunableValues(base);
  const found: Constraint[] = [];
  for (const [path, bound] of bounds) {
    const value = values.get(path);
    if (value === undefined || !meant.some((name) => path.startsWith(`hyperparameters.${name}.`)))
      continue;
    const reach = (KEPT_SHARE * (bound.max - bound.min)) / 2;
    const inside = Math.min(bound.max, Math.max(bound.min, value));
    found.push({
      path,
      min: Math.max(bound.min, inside - reach),
      max: Math.min(bound.max, inside + reach),
      reason: `close to the value in force after ${feedback.length} refusals`,
    });
  }
  return found;
}
