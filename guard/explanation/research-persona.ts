/**
 * The Research Persona: why a change of methodology is rejected, in words a marketer can follow, with
 * works from the fixed bibliography, and what may be tuned instead.
 *
 * I1. It rejects; there is no input that makes it agree.
 * I2. Every answer cites at least one work that supports the field concerned; citations are keys of
 *     `bibliography.ts` and nothing else.
 * I3. Words from outside appear only quoted, escaped and capped (`quote.ts`), and never as a
 *     reason or a reference.
 */
import type { ModelConfig } from "../../model/config.ts";
import type { Violation } from "../../schemas/parts.ts";
import { type CitationKey, BIBLIOGRAPHY, findWork, listWorksFor } from "./bibliography.ts";
import { findTouchedFields } from "../words/clause.ts";
import { describePermittedTuning } from "../rules/permitted.ts";
import { quote } from "../../schemas/quote.ts";
import {
  type Field,
  type Specification,
  findProtectedEntry,
  findTunableEntry,
} from "../specification/specification.ts";

const CITATIONS_MAX = 2;
const QUOTE_CHARACTERS = 120;
const REASON_CHARACTERS = 300;

export interface Rejection {
  /** Two or three sentences. */
  readonly text: string;
  readonly citations: readonly CitationKey[];
  /** The nearest permitted tuning. */
  readonly permitted: string;
}

/** What a rejection is about. */
export interface RejectionSubject {
  readonly violations: readonly Violation[];
  readonly spec: Specification;
  /** The configuration in force, for ranges by channel; without it ranges are by medium. */
  readonly config?: ModelConfig | null;
}

/** Fields of codes whose path says nothing about the field. */
const FIELD_OF_CODE: Readonly<Record<string, Field>> = {
  carryover_off: "adstock",
  carryover_flat: "adstock",
  drift_carryover: "adstock",
  saturation_linear: "saturation",
  drift_saturation: "saturation",
  carryover_corner: "carryover_range",
  saturation_step: "saturation",
  saturation_absent: "saturation",
  drift_return: "saturation",
  drift_inference: "inference",
  shrinkage_extreme: "regularization",
  channels_tied: "architecture",
  baseline_swapped: "identity",
  intent_data: "data",
  intent_evaluation: "evaluation",
};

/** The rejection of a vetoed proposal. */
export function explainVeto(subject: RejectionSubject): Rejection {
  const { violations, spec } = subject;
  const first = violations[0];
  const field = first === undefined ? "governance" : findViolationField(first, spec);
  const reason =
    first === undefined
      ? "it was not cleared by the methodology guard."
      : `${formatSentence(first.message)}`;
  return {
    text: `This proposal is rejected: ${reason} ${spec.fields[field].breaks} ${describeSupport(field, spec)}`,
    citations: selectCitations(field, spec),
    permitted: describePermittedTuning(violations, spec, subject.config ?? null),
  };
}

/** The answer to a free-text proposal that the router sent here; always a rejection. */
export function answerFreeText(
  text: string,
  spec: Specification,
  config: ModelConfig | null = null,
): Rejection {
  const field = findTouchedFields(text)[0] ?? "governance";
  const opening = `The request ${quote(text, QUOTE_CHARACTERS)} is rejected as a change of methodology.`;
  return {
    text: `${opening} ${spec.fields[field].breaks} ${describeSupport(field, spec)}`,
    citations: selectCitations(field, spec),
    permitted: describePermittedTuning([], spec, config),
  };
}

/** The field a violation concerns. */
export function findViolationField(violation: Violation, spec: Specification): Field {
  const own = Object.hasOwn(FIELD_OF_CODE, violation.code) ? FIELD_OF_CODE[violation.code] : null;
  if (own !== null && own !== undefined) return own;
  if (violation.layer === "semantics")
    return findTouchedFields(violation.evidence)[0] ?? "governance";
  const path = violation.path;
  const entry = findTunableEntry(spec, path) ?? findProtectedEntry(spec, path);
  if (entry !== null) return entry.field;
  return findTouchedFields(violation.path.replaceAll(/[._]/g, " "))[0] ?? "governance";
}

/** Keys of works that support a field, as the specification orders them. */
export function selectCitations(field: Field, spec: Specification): readonly CitationKey[] {
  const named = spec.fields[field].citations.filter(
    (key): key is CitationKey => findWork(key)?.supports.includes(field) === true,
  );
  const keys = named.length > 0 ? named : listWorksFor(field);
  return keys.slice(0, CITATIONS_MAX);
}

function describeSupport(field: Field, spec: Specification): string {
  const key = selectCitations(field, spec)[0];
  if (key === undefined) return "";
  const { short, point } = BIBLIOGRAPHY[key];
  return `See ${short}: ${point}.`;
}

/** A message of the guard as one sentence; it is escaped again, whoever sent it. */
function formatSentence(message: string): string {
  const plain = quote(message, REASON_CHARACTERS)
    .slice(1)
    .replace(/"(?:\.{3}.*)?$/, "");
  const text = plain.charAt(0).toLowerCase() + plain.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
