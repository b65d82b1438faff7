/**
 * Layer 1: what a proposal asks for, held against the specification, the last accepted
 * configuration and the pinned baseline.
 *
 * Owns: paths, shapes, ranges, constraints. Not: what allowed numbers do together
 * (`signature-rules.ts`) and what words mean (`semantics.ts`).
 *
 * I1. Closed world: a path that no entry of the specification makes tunable is a violation, and so is
 *     a key too many or too few in a whole configuration.
 * I2. A value is compared as `low <= value && value <= high` on finite numbers; nothing else passes.
 * I3. The result differs from the last accepted configuration in tunable numbers only, and both have
 *     the pinned baseline's methodology.
 * I4. Absolute rules (required values, ranges) hold for every result, so a baseline is judged as well.
 */
import type { ModelConfig } from "../../model/config.ts";
import type { Json } from "../../schemas/canonical.ts";
import type { Change, Constraint, Violation } from "../../schemas/parts.ts";
import { findRangeViolations } from "./absolute-rules.ts";
import { findLookalike } from "../proposal/lookalike.ts";
import type { Pinned } from "./pinned.ts";
import { prepare } from "./prepared.ts";
import { type Proposal, isObject } from "../proposal/proposal.ts";
import { type Specification, findProtectedEntry } from "../specification/specification.ts";
import { type Setting, type TunableBound, applyChanges } from "../specification/tunables.ts";
import { VIOLATIONS_MAX, createViolation } from "../violation.ts";

const PATH_FORM = /^[A-Za-z][A-Za-z0-9_-]{0,63}(?:\.[A-Za-z0-9][A-Za-z0-9_-]{0,63}){0,7}$/;

export interface RulesInput {
  readonly proposal: Proposal;
  readonly base: Pinned;
  readonly baseline: Pinned;
  readonly constraints: readonly Constraint[];
  readonly spec: Specification;
}

export interface RulesResult {
  readonly violations: readonly Violation[];
  /** The resulting configuration; null exactly when there are violations. */
  readonly config: ModelConfig | null;
  /** Numbers that differ from the last accepted configuration. */
  readonly changes: readonly Change[];
}

/** Judges the content of a proposal whose form was accepted. */
export function judgeRules(input: RulesInput): RulesResult {
  const { proposal, base, baseline, constraints, spec } = input;
  const { bounds, values, required } = prepare(base, spec);
  const violations: Violation[] = [];
  const walk: Walk = { base, spec, bounds, settings: [], violations };
  if (proposal.changes === null) compareConfig(proposal.config ?? {}, walk);
  else readChanges(proposal.changes, walk);
  const { settings } = walk;
  if (base.methodologyDigest !== baseline.methodologyDigest) {
    const message = "The accepted configuration no longer has the baseline's methodology";
    violations.push(createViolation("baseline_swapped", "", message, base.methodologyDigest));
  }
  if (violations.length > 0) return refuseRules(violations);
  const config = settings.length === 0 ? base.config : applyChanges(base.config, settings);
  const changes = settings
    .map(({ path, to }) => ({ path, from: values.get(path) ?? to, to }))
    .filter(({ from, to }) => from !== to);
  checkConstraints(changes, constraints, violations);
  violations.push(...findRangeViolations(config, bounds), ...required);
  return violations.length > 0 ? refuseRules(violations) : { violations, config, changes };
}

function refuseRules(violations: readonly Violation[]): RulesResult {
  return { violations: violations.slice(0, VIOLATIONS_MAX), config: null, changes: [] };
}

/** What is being compared, and what was found so far. */
interface Walk {
  readonly base: Pinned;
  readonly spec: Specification;
  readonly bounds: ReadonlyMap<string, TunableBound>;
  readonly settings: Setting[];
  readonly violations: Violation[];
}

function readChanges(changes: readonly Setting[], walk: Walk): void {
  const seen = new Set<string>();
  for (const { path, to } of changes) {
    const known = PATH_FORM.test(path) && walk.bounds.has(path);
    if (!known) walk.violations.push(createPathViolation(path, walk));
    else if (seen.has(path)) {
      walk.violations.push(createViolation("path_repeated", path, "The number is set twice", path));
    } else if (typeof to !== "number" || !Number.isFinite(to)) {
      walk.violations.push(createNotNumberViolation(path, to));
    } else walk.settings.push({ path, to });
    seen.add(path);
  }
}

function createNotNumberViolation(path: string, value: unknown): Violation {
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  return createViolation(
    "value_not_number",
    path,
    "A tunable value is a finite JSON number",
    shown,
  );
}

/** Why a path cannot be set. */
function createPathViolation(path: string, walk: Walk): Violation {
  const { base, spec, bounds } = walk;
  const entry = PATH_FORM.test(path) ? findProtectedEntry(spec, path) : null;
  if (entry !== null) {
    return createViolation(
      "path_protected",
      path,
      `${entry.path} is protected: it holds ${entry.protects}`,
      path,
    );
  }
  const known = [
    ...spec.protected.map((row) => row.path),
    ...spec.protected.map((row) => row.path.split(".").at(-1) ?? ""),
    ...bounds.keys(),
    ...Object.keys(base.config),
  ];
  const alike = findLookalike(path, known);
  if (alike !== null) {
    return createViolation(
      "path_lookalike",
      path,
      `Not a path of this model; it imitates ${alike}`,
      path,
    );
  }
  if (!PATH_FORM.test(path)) {
    return createViolation(
      "path_malformed",
      path,
      "A path is names joined by dots, plain ASCII",
      path,
    );
  }
  return createViolation(
    "path_unknown",
    path,
    "The specification names no such tunable path",
    path,
  );
}

function compareConfig(config: { readonly [key: string]: Json }, walk: Walk): void {
  compareObjects(config, walk.base.config as unknown as { readonly [key: string]: Json }, "", walk);
}

function compareObjects(
  given: { readonly [key: string]: Json },
  wanted: { readonly [key: string]: Json },
  at: string,
  walk: Walk,
): void {
  for (const key of Object.keys(given)) {
    if (walk.violations.length >= VIOLATIONS_MAX) return;
    if (Object.hasOwn(wanted, key) && wanted[key] !== undefined) continue;
    walk.violations.push(createPathViolation(at === "" ? key : `${at}.${key}`, walk));
  }
  for (const [key, value] of Object.entries(wanted)) {
    if (value === undefined) continue;
    const path = at === "" ? key : `${at}.${key}`;
    const own = Object.hasOwn(given, key) ? given[key] : undefined;
    if (own === undefined) walk.violations.push(createMissingKeyViolation(path, walk.spec));
    else compareValues(own, value, path, walk);
    if (walk.violations.length >= VIOLATIONS_MAX) return;
  }
}

function createMissingKeyViolation(path: string, spec: Specification): Violation {
  const entry = findProtectedEntry(spec, path);
  const holds = entry === null ? "a whole configuration names it" : `it holds ${entry.protects}`;
  return createViolation("key_missing", path, `${path} is left out; ${holds}`, path);
}

function compareValues(given: Json, wanted: Json, path: string, walk: Walk): void {
  if (walk.bounds.has(path)) {
    if (typeof given === "number") walk.settings.push({ path, to: given });
    else walk.violations.push(createNotNumberViolation(path, given));
    return;
  }
  if (isObject(given) && isObject(wanted)) {
    compareObjects(given, wanted, path, walk);
    return;
  }
  if (Array.isArray(given) && Array.isArray(wanted) && given.length === wanted.length) {
    for (const [at, value] of wanted.entries()) {
      compareValues(given[at] as Json, value as Json, `${path}.${at}`, walk);
    }
    return;
  }
  if (given === wanted) return;
  const entry = findProtectedEntry(walk.spec, path);
  const holds = entry === null ? "it is not tunable" : `it holds ${entry.protects}`;
  walk.violations.push(
    createViolation(
      "path_protected",
      path,
      `${path} is protected: ${holds}`,
      JSON.stringify(given),
    ),
  );
}

function checkConstraints(
  changes: readonly Change[],
  constraints: readonly Constraint[],
  violations: Violation[],
): void {
  for (const constraint of constraints) {
    const change = changes.find(({ path }) => path === constraint.path);
    if (change === undefined) continue;
    if (constraint.min <= change.to && change.to <= constraint.max) continue;
    const range = `${constraint.min} to ${constraint.max}`;
    violations.push(
      createViolation(
        "constraint_violated",
        change.path,
        `${change.to} is outside this session's range ${range}`,
        constraint.reason,
      ),
    );
  }
}
