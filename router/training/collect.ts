/**
 * Labelled examples from a session's history: what was routed where, and how it ended.
 *
 * | what happened to the work item | label | weight |
 * |---|---|---|
 * | a person stepped in, then a role answered or its change was accepted | that role | 5 |
 * | a person dismissed a free text nobody was sure about | out_of_scope | 2 |
 * | the role it was routed to answered, or its change was accepted | that role | 1 |
 * | … its change was trained, but no better | that role | 0.5 |
 * | a free text became a change that was vetoed: it asked for protected things | research_persona | 0.5 |
 * | failed, aborted, unfinished | none | |
 *
 * I1. Pure: events in, rows out; the events of one session come in the order of its history.
 * I2. Pinned routes are no evidence of where a text belongs, unless a person pinned them.
 */
import { type Recorded, isEvent } from "../../schemas/event.ts";
import type { LabelledText } from "./dataset.ts";
import { type Label, LABELS, OUT_OF_SCOPE } from "../words/roles.ts";

const WEIGHTS = { person: 5, dismissed: 2, done: 1, not_improved: 0.5, vetoed: 0.5 } as const;
const MAX_TEXT = 65_536;

interface Work {
  text: string;
  kind: string;
  role: string | null;
  source: string | null;
  vetoed: boolean;
  byPerson: boolean;
  escalation: string | null;
  choice: string | null;
  outcome: string | null;
}

/** Examples from the events of any number of sessions, near-duplicates included. */
export function collectExamples(events: Iterable<Recorded>): LabelledText[] {
  const sessions = new Map<string, Map<string, Work>>();
  for (const event of events) {
    const works = sessions.get(event.envelope.session) ?? new Map<string, Work>();
    sessions.set(event.envelope.session, works);
    observe(works, event);
  }
  return [...sessions].flatMap(([session, works]) =>
    [...works.values()].flatMap((work) => toLabelledRow(work, session)),
  );
}

function observe(works: Map<string, Work>, event: Recorded): void {
  if (isEvent(event, "TaskStated")) {
    const { work_item, text, kind } = event.data;
    const known = works.get(work_item);
    if (known === undefined) works.set(work_item, createWork(text, kind));
    return;
  }
  if (isEvent(event, "HumanDecided")) {
    const { escalation, choice } = event.data;
    for (const work of works.values()) {
      if (work.escalation === escalation) Object.assign(work, { choice, byPerson: true });
    }
    return;
  }
  if (!("work_item" in event.data)) return;
  const work = works.get(event.data.work_item);
  if (work !== undefined) observeWork(work, event);
}

function observeWork(work: Work, event: Recorded): void {
  if (isEvent(event, "ProposalRouted")) {
    work.role = event.data.role;
    work.source = event.data.source;
  } else if (isEvent(event, "ProposalVetoed")) {
    work.vetoed = true;
  } else if (isEvent(event, "EscalationRaised")) {
    work.escalation = event.data.escalation;
  } else if (isEvent(event, "IterationCompleted")) {
    work.outcome = event.data.outcome;
  }
}

function createWork(text: string, kind: string): Work {
  return {
    text,
    kind,
    role: null,
    source: null,
    vetoed: false,
    byPerson: false,
    escalation: null,
    choice: null,
    outcome: null,
  };
}

function toLabelledRow(work: Work, session: string): LabelledText[] {
  const found = deriveLabel(work);
  if (found === null || work.text.trim() === "") return [];
  const { label, weight, ground } = found;
  return [{ text: work.text.slice(0, MAX_TEXT), label, lang: "en", session, weight, ground }];
}

interface Found {
  readonly label: Label;
  readonly weight: number;
  readonly ground: string;
}

function deriveLabel(work: Work): Found | null {
  const role = LABELS.find((label) => label === work.role);
  const done = work.outcome === "accepted" || work.outcome === "answered";
  if (work.byPerson) {
    if (role !== undefined && done)
      return { label: role, weight: WEIGHTS.person, ground: "person" };
    const dismissed = work.kind === "free_text" && work.choice === "keep_current";
    return dismissed && role === undefined
      ? { label: OUT_OF_SCOPE, weight: WEIGHTS.dismissed, ground: "person" }
      : null;
  }
  if (work.kind === "free_text" && work.vetoed && role === "data_scientist") {
    return { label: "research_persona", weight: WEIGHTS.vetoed, ground: "veto" };
  }
  if (role === undefined || work.source === "pinned") return null;
  if (done) return { label: role, weight: WEIGHTS.done, ground: "outcome" };
  return work.outcome === "not_improved"
    ? { label: role, weight: WEIGHTS.not_improved, ground: "outcome" }
    : null;
}
