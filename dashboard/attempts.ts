/**
 * What was tried in a session, one row per attempt, from its history alone.
 *
 * I1. Each attempt appears once, in order, with how it ended.
 */
import type { EventData, Recorded } from "../schemas/event.ts";
import { escapeText } from "../session/quote.ts";

export interface Attempt {
  readonly proposal: string;
  readonly iteration: number;
  readonly attempt: number;
  /** The task in words; a person's own where it is one. */
  readonly task: string;
  readonly role: string;
  readonly changes: EventData<"ProposalCleared">["changes"];
  readonly reasoning: string;
  readonly loss: number | null;
  readonly end:
    | "accepted"
    | "not_improved"
    | "vetoed"
    | "rejected"
    | "answered"
    | "failed"
    | "open";
  /** Why it ended so, in words. */
  readonly because: string;
}

type Draft = { -readonly [K in keyof Attempt]: Attempt[K] };

const TEXT_CHARS = 1500;

/** The attempts of a session's events, in order. */
export function listAttempts(events: readonly Recorded[]): readonly Attempt[] {
  const drafts = new Map<string, Draft>();
  const of = (proposal: string): Draft | undefined => drafts.get(proposal);
  let latest: Draft | undefined;
  for (const event of events) {
    if (event.type === "TaskStated") {
      latest = createDraft(event.data);
      drafts.set(latest.proposal, latest);
    } else if (event.type === "ProposalRouted" && latest !== undefined) {
      latest.role = event.data.role ?? "person";
    } else if (event.type === "ProposalMade") {
      const draft = of(event.data.proposal);
      if (draft !== undefined) draft.reasoning = extractReasoning(event.data.raw);
    } else if (event.type === "ProposalCleared") {
      const draft = of(event.data.proposal);
      if (draft !== undefined) draft.changes = event.data.changes;
    } else if (event.type === "ModelTrained") {
      const draft = of(event.data.proposal);
      if (draft !== undefined) draft.loss = event.data.loss;
    } else setEnding(event, latest);
  }
  return [...drafts.values()];
}

function createDraft(data: EventData<"TaskStated">): Draft {
  return {
    proposal: `${data.work_item}.${data.attempt}`,
    iteration: data.iteration,
    attempt: data.attempt,
    task: escapeText(data.text, TEXT_CHARS),
    role: "",
    changes: [],
    reasoning: "",
    loss: null,
    end: "open",
    because: "",
  };
}

function setEnding(event: Recorded, latest: Draft | undefined): void {
  if (latest === undefined) return;
  if (event.type === "ProposalVetoed") {
    latest.end = "vetoed";
    const codes = event.data.violations.map((one) => `${one.code}: ${one.message}`);
    latest.because = escapeText(codes.join("; "), TEXT_CHARS);
  } else if (event.type === "ProposalRejected") {
    if (latest.end !== "vetoed") latest.end = "rejected";
    latest.because = escapeText(`${event.data.by}: ${event.data.reason}`, TEXT_CHARS);
  } else if (event.type === "AgentAnswered") {
    latest.end = "answered";
    latest.reasoning = escapeText(event.data.text, TEXT_CHARS);
  } else if (event.type === "BusinessReviewed") {
    latest.because = escapeText(event.data.summary, TEXT_CHARS);
  } else if (event.type === "IterationCompleted" && latest.end === "open") {
    const { outcome } = event.data;
    if (outcome === "accepted" || outcome === "not_improved" || outcome === "failed")
      latest.end = outcome;
  }
}

/** The reasoning in a proposal's raw text; untrusted, so read with care and escaped. */
function extractReasoning(raw: string): string {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === "object" && value !== null && "reasoning" in value) {
      return typeof value.reasoning === "string" ? escapeText(value.reasoning, TEXT_CHARS) : "";
    }
  } catch {
    // What is not JSON has no reasoning; the guard vetoed it and says why.
  }
  return "";
}
