/**
 * Which role may act on which kind of work, and which may change what.
 *
 * I1. A role that may not act is never chosen, whatever a model's score says.
 * I2. Only the Data Scientist's answers can become configurations.
 */
import type { Role } from "../schemas/parts.ts";

interface AuthorityRow {
  /** May take a tuning task of the session itself. */
  readonly tune: boolean;
  /** May take a free-text proposal. */
  readonly free_text: boolean;
  /** May propose values for tunable parameters. */
  readonly proposes: boolean;
  /** May narrow ranges by constraints. */
  readonly constrains: boolean;
}

export const AUTHORITY: Readonly<Record<Role, AuthorityRow>> = {
  data_scientist: { tune: true, free_text: true, proposes: true, constrains: false },
  business_analyst: { tune: true, free_text: true, proposes: false, constrains: true },
  stakeholder: { tune: false, free_text: true, proposes: false, constrains: false },
  research_persona: { tune: false, free_text: true, proposes: false, constrains: false },
};

/** Whether a role may take work of this kind. */
export function mayTake(role: Role, kind: "tune" | "free_text"): boolean {
  return AUTHORITY[role][kind];
}
