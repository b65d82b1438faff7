/**
 * Rules that hold for every configuration, a baseline's too: ranges and required values.
 *
 * I1. A value is compared as `low <= value && value <= high` on finite numbers; nothing else passes.
 */
import type { ModelConfig } from "../../model/config.ts";
import type { Json } from "../../schemas/canonical.ts";
import type { Violation } from "../../schemas/parts.ts";
import { isObject } from "../proposal/proposal.ts";
import type { ProtectedEntry, Specification } from "../specification/specification.ts";
import { type TunableBound, readTunableValues } from "../specification/tunables.ts";
import { createViolation } from "../violation.ts";

/** Tunable numbers outside their range. */
export function findRangeViolations(
  config: ModelConfig,
  bounds: ReadonlyMap<string, TunableBound>,
): Violation[] {
  const found: Violation[] = [];
  for (const [path, value] of readTunableValues(config)) {
    const broken = checkTunableRange(path, value, bounds.get(path));
    if (broken !== null) found.push(broken);
  }
  return found;
}

/** Protected values that are not what the specification requires. */
export function findRequiredViolations(config: ModelConfig, spec: Specification): Violation[] {
  return spec.protected
    .map((entry) => checkRequiredValue(entry, config))
    .filter((broken) => broken !== null);
}

function checkTunableRange(
  path: string,
  value: number,
  bound: TunableBound | undefined,
): Violation | null {
  if (bound === undefined) {
    return createViolation(
      "path_unknown",
      path,
      "The specification names no such tunable path",
      path,
    );
  }
  if (!(bound.min <= value && value <= bound.max)) {
    const message = `${value} is outside ${bound.min} to ${bound.max}, ${bound.unit}`;
    return createViolation("value_out_of_range", path, message, String(value));
  }
  if (bound.integer && !Number.isInteger(value)) {
    return createViolation("value_not_integer", path, "This is a whole number", String(value));
  }
  return null;
}

function checkRequiredValue(entry: ProtectedEntry, config: ModelConfig): Violation | null {
  const { path, required, minimum, maximum, protects } = entry;
  if (required === undefined && minimum === undefined && maximum === undefined) return null;
  const value = findValueAt(config, path);
  if (required !== undefined && value !== required) {
    const message = `${path} has to be ${JSON.stringify(required)}: it holds ${protects}`;
    return createViolation("required_value", path, message, JSON.stringify(value));
  }
  if (minimum === undefined && maximum === undefined) return null;
  const low = minimum ?? -Infinity;
  const high = maximum ?? Infinity;
  if (typeof value === "number" && low <= value && value <= high) return null;
  const message = `${path} has to be ${low} to ${high}: it holds ${protects}`;
  return createViolation("required_value", path, message, JSON.stringify(value));
}

function findValueAt(config: ModelConfig, path: string): Json | undefined {
  let value = config as unknown as Json | undefined;
  for (const key of path.split(".")) {
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}
