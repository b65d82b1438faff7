/**
 * The form of a proposal: `{"changes":[{"path","to"}…],"reasoning"}` or `{"config":{…},"reasoning"}`.
 *
 * Owns: reading untrusted text into one of the two. Not: whether what it asks for is allowed.
 *
 * I1. One parse, strict, closed: an unknown key anywhere refuses the proposal.
 * I2. Nothing is coerced; a `to` that is not a number is refused.
 */
import type { Json } from "../../schemas/canonical.ts";
import type { Violation } from "../../schemas/parts.ts";
import { JsonRefused } from "../../schemas/json-refused.ts";
import { JSON_LIMITS, parseStrictJson } from "../../schemas/strict-json.ts";
import type { Setting } from "../specification/tunables.ts";
import { createViolation } from "../violation.ts";

const CHANGES_MAX = 256;
/** Of what was found instead; evidence is capped once more. */
const TOLD_CHARACTERS = 200;
const TOLD_KEYS = 6;
const KEYS = new Set(["changes", "config", "reasoning"]);

export interface Proposal {
  /** Null for the form with a whole configuration. */
  readonly changes: readonly Setting[] | null;
  readonly config: { readonly [key: string]: Json } | null;
  readonly reasoning: string;
}

export interface ProposalReading {
  /** Null exactly when there are violations. */
  readonly proposal: Proposal | null;
  /** The reasoning, also of a proposal whose form was refused; "" where there is none. */
  readonly reasoning: string;
  readonly violations: readonly Violation[];
  /** What the text says, where it is JSON at all. */
  readonly json: Json | undefined;
}

/** Reads the text of a proposal; never throws. */
export function readProposal(raw: string): ProposalReading {
  let json: Json;
  try {
    json = parseStrictJson(raw, JSON_LIMITS);
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    const { code, path, message, evidence } = error;
    const found = { ...createViolation(code, "", message), path, evidence };
    return { proposal: null, reasoning: "", violations: [found], json: undefined };
  }
  return readJson(json);
}

function readJson(json: Json): ProposalReading {
  if (!isObject(json)) return refuseShape(json, "", "A proposal is a JSON object");
  for (const key of Object.keys(json)) {
    if (KEYS.has(key)) continue;
    const message = "A proposal has the keys changes or config, and reasoning; nothing else";
    const found = createViolation("proposal_key_unknown", key, message, key);
    return { proposal: null, reasoning: readReasoning(json), violations: [found], json };
  }
  const { changes, config, reasoning } = json;
  if (reasoning !== undefined && typeof reasoning !== "string") {
    return refuseShape(json, "reasoning", "The reasoning is a text");
  }
  if ((changes === undefined) === (config === undefined)) {
    return refuseShape(json, "", "A proposal has either changes or config");
  }
  if (config !== undefined) {
    if (!isObject(config)) return refuseShape(json, "config", "config is an object");
    const proposal = { changes: null, config, reasoning: reasoning ?? "" };
    return { proposal, reasoning: proposal.reasoning, violations: [], json };
  }
  return readChanges(json, changes, reasoning ?? "");
}

function readChanges(json: Json, changes: Json | undefined, reasoning: string): ProposalReading {
  if (!Array.isArray(changes) || changes.length === 0 || changes.length > CHANGES_MAX) {
    return refuseShape(json, "changes", `changes is a list of 1 to ${CHANGES_MAX} entries`);
  }
  const settings: Setting[] = [];
  const violations: Violation[] = [];
  for (const [index, change] of changes.entries()) {
    const found = checkChange(change as Json, index);
    if (found === null) settings.push(change as unknown as Setting);
    else violations.push(found);
  }
  if (violations.length > 0) return { proposal: null, reasoning, violations, json };
  return { proposal: { changes: settings, config: null, reasoning }, reasoning, violations, json };
}

function checkChange(change: Json, index: number): Violation | null {
  const path = `changes.${index}`;
  if (!isObject(change)) {
    return createViolation("proposal_shape", path, "A change is an object", describeValue(change));
  }
  const keys = Object.keys(change);
  const stray = keys.find((key) => key !== "path" && key !== "to");
  if (stray !== undefined) {
    const message = "A change has the keys path and to; nothing else";
    return createViolation("proposal_key_unknown", `${path}.${stray}`, message, stray);
  }
  if (typeof change["path"] !== "string") {
    const given = describeValue(change["path"]);
    return createViolation(
      "proposal_shape",
      `${path}.path`,
      "The path of a change is a text",
      given,
    );
  }
  if (change["to"] === undefined) {
    const message = "A change says what to change to";
    return createViolation("proposal_shape", `${path}.to`, message, describeValue(change));
  }
  return null;
}

function refuseShape(json: Json, path: string, message: string): ProposalReading {
  return {
    proposal: null,
    reasoning: readReasoning(json),
    violations: [
      createViolation(
        "proposal_shape",
        path,
        message,
        describeValue(path === "" ? json : readMember(json, path)),
      ),
    ],
    json,
  };
}

function readMember(json: Json, key: string): Json | undefined {
  return isObject(json) ? json[key] : undefined;
}

/** What was found instead, in a few words. */
function describeValue(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return value.slice(0, TOLD_CHARACTERS);
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value);
  return keys.length === 0
    ? "an empty object"
    : `an object with ${keys.slice(0, TOLD_KEYS).join(", ")}`;
}

function readReasoning(json: Json): string {
  const reasoning = isObject(json) ? json["reasoning"] : undefined;
  return typeof reasoning === "string" ? reasoning : "";
}

/** True for a JSON object. */
export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
