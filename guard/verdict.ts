/**
 * What the guard says about a proposal.
 *
 * I1. A verdict is "cleared" only when every layer cleared; a layer that could not say is a veto.
 * I2. A cleared verdict holds the whole resulting configuration as canonical text; a vetoed one holds
 *     none.
 * I3. Texts in it are escaped and capped (`quote.ts`).
 */
import type { Change, Violation } from "../schemas/parts.ts";

export type Layer = "rules" | "signature" | "semantics" | "system";

export interface LayerVerdict {
  readonly layer: Layer;
  readonly verdict: "cleared" | "vetoed" | "skipped";
  /** Figures the layer went by, for people. */
  readonly detail: string;
}

interface VerdictParts {
  readonly specDigest: string;
  /** Digest of the normalised proposal: what lineage is counted by. */
  readonly contentDigest: string;
  /** Of the last accepted configuration. */
  readonly baseDigest: string;
  readonly layers: readonly LayerVerdict[];
}

export interface ClearedVerdict extends VerdictParts {
  readonly verdict: "cleared";
  readonly layer: null;
  readonly violations: readonly [];
  /** Canonical text of the resulting configuration. */
  readonly config: string;
  readonly configDigest: string;
  readonly methodologyDigest: string;
  readonly changes: readonly Change[];
}

export interface VetoedVerdict extends VerdictParts {
  readonly verdict: "vetoed";
  /** The first layer that refused. */
  readonly layer: Layer;
  readonly violations: readonly Violation[];
  readonly config: null;
  readonly configDigest: null;
  readonly methodologyDigest: null;
  readonly changes: readonly [];
}

export type Verdict = ClearedVerdict | VetoedVerdict;
