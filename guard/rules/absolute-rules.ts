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
import { type TunableBound, tunableValues } from "../specification/tunables.ts";
import { violation } from "../violation.ts";

/** Tunable numbers outside their range. */
export function rangeViolations(
  config: ModelConfig,
  bounds: ReadonlyMap<string, TunableBound>,
): Violation[] {
  const found: Violation[] = [];
  for (const [path, value] of tunableValues(config)) {
    const broken = rangeViolation(path, value, bounds.get(path));
    if (broken !== null) found.push(broken);
  }
  return found;
}

/** Protected values that are not what the specification requires. */
export function requiredViolations(config: ModelConfig, spec: Specification): Violation[] {
  return spec.protected
    .map((entry) => requiredViolation(entry, config))
    .filter((broken) => broken !== null);
}

function rangeViolation(
  path: string,
  value: number,
  bound: TunableBound | undefined,
): Violation | null {
  if (bound === undefined) {
    return violation("path_unknown", path, "The specification names no such tunable path", path);
  }
  if (!(bound.min <= value && value <= bound.max)) {
    const message = `${value} is outside ${bound.min} to ${bound.max}, ${bound.unit}`;
    return violation("value_out_of_range", path, message, String(value));
  }
  if (bound.integer && !Number.isInteger(value)) {
    return violation("value_not_integer", path, "This is a whole number", String(value));
  }
  return null;
}

function requiredViolation(entry: ProtectedEntry, config: ModelConfig): Violation | null {
  const { path, required, minimum, maximum, protects } = entry;
  if (required === undefined && minimum === undefined && maximum === undefined) return null;
  const value = valueAt(config, path);
  if (required !== undefined && value !== required) {
    const message = `${path} has to be ${JSON.stringify(required)}: it holds ${protects}`;
    return violation("required_value", path, message, JSON.stringify(value));
  }
  if (minimum === undefined && maximum === undefined) return null;
  const low = minimum ?? -Infinity;
  const high = maximum ?? Infinity;
  if (typeof value === "number" && low <= value && value <= high) return null;
  const message = `${path} has to be ${low} to ${high}: it holds ${protects}`;
  return violation("required_value", path, message, JSON.stringify(value));
}

function valueAt(config: ModelConfig, path: string): Json | undefined {
  let value = config as unknown as Json | undefined;
  for (const key of path.split(".")) {
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}
