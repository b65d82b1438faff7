/**
 * How a work item comes about and changes.
 */
import type { EventData } from "../schemas/event.ts";
import { BASELINE_ITEM, type SessionState, type WorkItem } from "./state.ts";

/** The present work item with a change; null where there is none. */
export function updateWorkItem(state: SessionState, change: Partial<WorkItem>): WorkItem | null {
  return state.work_item === null ? null : { ...state.work_item, ...change };
}

/** The work item of a stated task: a new one, or the next attempt at the same. */
export function createWorkItem(state: SessionState, data: EventData<"TaskStated">): WorkItem {
  const before = state.work_item?.id === data.work_item ? state.work_item : null;
  return {
    id: data.work_item,
    kind: data.kind === "free_text" ? "free_text" : "tune",
    author: data.author,
    text: before?.text ?? data.text,
    attempt: data.attempt,
    rejections: before?.rejections ?? 0,
    feedback: before?.feedback ?? [],
    instruction: data.instruction,
    role: null,
    alternatives: before?.alternatives ?? [],
    originator: before?.originator ?? null,
    raw: null,
    content_digest: null,
    violations: [],
    candidate: null,
    search_score: null,
  };
}

/** The work item under which the baseline is judged and trained. */
export function createBaselineItem(state: SessionState): WorkItem {
  return {
    id: BASELINE_ITEM,
    kind: "tune",
    author: "system",
    text: "the baseline itself",
    attempt: 1,
    rejections: 0,
    feedback: [],
    instruction: null,
    role: null,
    alternatives: [],
    originator: null,
    raw: state.baseline_text,
    content_digest: null,
    violations: [],
    candidate: null,
    search_score: null,
  };
}
