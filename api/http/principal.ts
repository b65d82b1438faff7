/**
 * Who calls, what they may do and for which business units.
 *
 * I1. Who did something is taken from here, never from a request's body.
 * I2. Two questions decide every call: has the caller the scope, and is the unit one of theirs.
 */
import { MmmError } from "../../schemas/errors.ts";

/** start: sessions and proposals · read · decide: escalations · operate: cancel, replay, metrics. */
export const SCOPES = ["start", "read", "decide", "operate"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Principal {
  /** Stable name as it enters the history: `user:…`, `key:…` or `local`. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Business units, or all of them. */
  readonly units: ReadonlySet<string> | "all";
}

/** The caller of a server without keys, which listens on loopback only. */
export const LOCAL: Principal = { id: "local", scopes: new Set(SCOPES), units: "all" };

export function canAccessUnit(principal: Principal, unit: string): boolean {
  return principal.units === "all" || principal.units.has(unit);
}

/** Throws the 403 of a caller without the scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.has(scope)) return;
  throw new MmmError("unauthorized", `${principal.id} lacks the scope "${scope}"`, {
    data: { http: 403, scope },
  });
}

/** Throws the 403 of a caller who may not act for the unit. */
export function requireUnit(principal: Principal, unit: string): void {
  if (canAccessUnit(principal, unit)) return;
  throw new MmmError(
    "unauthorized",
    `${principal.id} may not act for the business unit "${unit}"`,
    {
      data: { http: 403, business_unit: unit },
    },
  );
}
