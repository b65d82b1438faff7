/**
 * The rejection ladder: what follows from the first, second and third refusal.
 *
 * I1. The count belongs to the work item and to the proposal's content, whichever is higher; a new
 *     id, a new attempt or a fork does not reset it.
 * I2. 1st → back to the originator with the feedback; 2nd → the best authorised other role;
 *     3rd and later → a person.
 */
import type { Role } from "../schemas/parts.ts";
import { mayTake } from "./authority.ts";
import type { SessionState, WorkItem } from "./state.ts";

export type EscalationStep = "originator" | "alternative" | "person";

/** The count that a refusal of this content gets. */
export function countRefusals(state: SessionState, item: WorkItem, contentDigest: string): number {
  const ofContent = Object.hasOwn(state.refusals, contentDigest)
    ? (state.refusals[contentDigest] ?? 0)
    : 0;
  return Math.max(item.rejections, ofContent) + 1;
}

/** What the count means. */
export function chooseEscalationStep(count: number): EscalationStep {
  if (count <= 1) return "originator";
  return count === 2 ? "alternative" : "person";
}

/** The role that takes over on the second refusal; null when no other role has authority. */
export function findAlternativeRole(item: WorkItem): Role | null {
  const refused = item.originator ?? item.role;
  const candidates: readonly Role[] = [...item.alternatives, "business_analyst"];
  return candidates.find((role) => role !== refused && mayTake(role, item.kind)) ?? null;
}
