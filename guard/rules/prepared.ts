/**
 * What follows from a pinned configuration and a specification alone, worked out once for both.
 *
 * I1. A pure function's answers kept beside its argument: the same with or without the cache.
 */
import type { Violation } from "../../schemas/parts.ts";
import { findRequiredViolations } from "./absolute-rules.ts";
import type { Pinned } from "./pinned.ts";
import {
  type ModelSignature,
  type ObservedExposure,
  computeSignature,
} from "../signature/signature.ts";
import type { Specification } from "../specification/specification.ts";
import {
  type TunableBound,
  computeTunableBounds,
  readTunableValues,
} from "../specification/tunables.ts";

export interface Prepared {
  readonly bounds: ReadonlyMap<string, TunableBound>;
  readonly values: ReadonlyMap<string, number>;
  /** Protected values that are not what they have to be; the same for every tuning. */
  readonly required: readonly Violation[];
}

const cache = new WeakMap<Pinned, WeakMap<Specification, Prepared>>();
const signatures = new WeakMap<Pinned, ModelSignature>();

/** Bounds, numbers and required-value violations of a pinned configuration. */
export function prepare(pinned: Pinned, spec: Specification): Prepared {
  const cached = cache.get(pinned)?.get(spec);
  if (cached !== undefined) return cached;
  const prepared: Prepared = {
    bounds: computeTunableBounds(pinned.config, spec),
    values: readTunableValues(pinned.config),
    required: findRequiredViolations(pinned.config, spec),
  };
  const bySpecification = cache.get(pinned) ?? new WeakMap<Specification, Prepared>();
  bySpecification.set(spec, prepared);
  cache.set(pinned, bySpecification);
  return prepared;
}

/** The signature of a pinned configuration. */
export function computePinnedSignature(
  pinned: Pinned,
  observed: ObservedExposure | null,
): ModelSignature {
  if (observed !== null) return computeSignature(pinned.config, observed);
  const cached = signatures.get(pinned) ?? computeSignature(pinned.config);
  signatures.set(pinned, cached);
  return cached;
}
