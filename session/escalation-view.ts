/**
 * Everything a person needs to decide one escalation, read from the session's history.
 *
 * I1. A fold of the history and nothing else; the same for an open escalation and a decided one.
 * I2. What an agent or a person wrote appears only escaped and length-capped.
 */
import type { EventData, Recorded } from "../schemas/event.ts";
import type { Author, Violation } from "../schemas/parts.ts";
import { escapeText } from "./quote.ts";

const QUOTE_CHARS = 2000;

/** One refused attempt at the work item. */
export interface RefusedAttempt {
  readonly proposal: string;
  /** Who proposed; null where the attempt ended before anything was proposed. */
  readonly author: Author | null;
  readonly proposed: string | null;
  /** The guard's layer, where the guard refused. */
  readonly layer: string | null;
  readonly violations: readonly Violation[];
  /** Who refused, how often so far, and why. */
  readonly by: Author;
  readonly count: number;
  readonly reason: string;
  readonly citations: readonly string[];
  /** The nearest permitted tuning that the Research Persona named. */
  readonly permitted: string | null;
}

export interface EscalationDecision {
  readonly choice: string;
  /** The person; null where the time limit decided. */
  readonly decided_by: string | null;
  readonly reason: string;
  readonly at: string;
}

export interface EscalationView extends EventData<"EscalationRaised"> {
  readonly session: string;
  readonly business_unit: string;
  /** RFC 3339. */
  readonly raised_at: string;
  /** RFC 3339; null = it waits for a person. */
  readonly decide_by: string | null;
  readonly attempts: readonly RefusedAttempt[];
  readonly status: "open" | "decided" | "over";
  readonly decision: EscalationDecision | null;
  /** Decisions that came late or twice. */
  readonly refused_decisions: readonly EventData<"DecisionRefused">[];
}

/** The escalation of that name in a session's events; null where there is none. */
export function describeEscalation(
  events: readonly Recorded[],
  escalation: string,
): EscalationView | null {
  const at = events.findIndex(
    (event) => event.type === "EscalationRaised" && event.data.escalation === escalation,
  );
  const raised = events[at];
  if (raised?.type !== "EscalationRaised") return null;
  const { envelope, data } = raised;
  const after = events.slice(at + 1);
  const decision = findDecision(after, data);
  const open = decision === null && !after.some((event) => ENDS.has(event.type));
  return {
    ...data,
    session: envelope.session,
    business_unit: envelope.business_unit,
    raised_at: envelope.time,
    decide_by: data.timeout_s === 0 ? null : addSeconds(envelope.time, data.timeout_s),
    attempts: listRefusedAttempts(events.slice(0, at), data.work_item),
    status: open ? "open" : decision === null ? "over" : "decided",
    decision,
    refused_decisions: after.flatMap((event) =>
      event.type === "DecisionRefused" && event.data.escalation === escalation ? [event.data] : [],
    ),
  };
}

const ENDS: ReadonlySet<string> = new Set(["SessionCompleted", "TaskStated", "IterationCompleted"]);

function findDecision(
  after: readonly Recorded[],
  { escalation, default_choice }: EventData<"EscalationRaised">,
): EscalationDecision | null {
  for (const event of after) {
    const at = event.envelope.time;
    if (event.type === "HumanDecided" && event.data.escalation === escalation) {
      const { choice, decided_by, reason } = event.data;
      return { choice, decided_by, reason: escapeText(reason, QUOTE_CHARS), at };
    }
    if (event.type === "DeadlinePassed" && event.data.deadline === escalation) {
      return { choice: default_choice, decided_by: null, reason: "nobody decided in time", at };
    }
  }
  return null;
}

function listRefusedAttempts(
  before: readonly Recorded[],
  workItem: string,
): readonly RefusedAttempt[] {
  return before.flatMap((event) => {
    if (event.type !== "ProposalRejected" || event.data.work_item !== workItem) return [];
    const { proposal, by, count, reason } = event.data;
    const made = before.findLast(
      (row) => row.type === "ProposalMade" && isAboutProposal(row, proposal),
    );
    const veto = before.findLast(
      (row) => row.type === "ProposalVetoed" && isAboutProposal(row, proposal),
    );
    const said = before.findLast(
      (row) => row.type === "RejectionExplained" && isAboutProposal(row, proposal),
    );
    const vetoed = veto?.type === "ProposalVetoed" ? veto.data : null;
    const explained = said?.type === "RejectionExplained" ? said.data : null;
    const proposed = made?.type === "ProposalMade" ? made.data : null;
    return {
      proposal,
      author: proposed?.author ?? null,
      proposed: proposed === null ? null : escapeText(proposed.raw, QUOTE_CHARS),
      layer: vetoed?.layer ?? null,
      violations: vetoed?.violations ?? [],
      by,
      count,
      reason,
      citations: explained?.citations ?? findRefusalCitations(before, proposal),
      permitted: explained?.permitted ?? null,
    };
  });
}

/** Works that an agent's refusal of a person's words names. */
function findRefusalCitations(before: readonly Recorded[], proposal: string): readonly string[] {
  const said = before.findLast(
    (row) =>
      row.type === "AgentAnswered" && `${row.data.work_item}.${row.data.attempt}` === proposal,
  );
  return said?.type === "AgentAnswered" ? said.data.citations : [];
}

function isAboutProposal(event: Recorded, proposal: string): boolean {
  return (event.data as { readonly proposal?: string }).proposal === proposal;
}

function addSeconds(time: string, seconds: number): string {
  // oxlint-disable-next-line no-restricted-globals -- parsing reads no clock
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}
