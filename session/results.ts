/**
 * What a session came to, from its history alone: the content of `optimization_results.json`.
 *
 * I1. Nothing is said that the history does not hold; figures of a phase not reached are null.
 * I2. `methodology.unchanged` compares the digests of the first and the last cleared configuration.
 */
import { readDeploymentGrounds, type DeploymentGrounds } from "../schemas/deployment.ts";
import type { EventData, EventType, Recorded } from "../schemas/event.ts";
import type { Metrics } from "../schemas/parts.ts";
import { computeHistoryDigest } from "./audit.ts";
import { replay } from "./evolve.ts";
import { measureGain, type ForecastGain } from "./gain.ts";
import { findPinnedData } from "./stages.ts";
import type { SessionState } from "./state.ts";

/** DeploymentDecided with its grounds read: figures, reasons and conditions of both uses. */
export type DeploymentResult = Omit<EventData<"DeploymentDecided">, "grounds"> &
  Partial<DeploymentGrounds>;

export interface SessionResults {
  readonly session: string;
  readonly business_unit: string;
  readonly status: string;
  readonly reason: string | null;
  readonly decision: string | null;
  readonly seed: number;
  readonly methodology: {
    readonly digest_start: string | null;
    readonly digest_end: string | null;
    readonly unchanged: boolean | null;
    readonly spec_digest: string | null;
    /** Of the data that all training was on; null before the first. */
    readonly data_digest: string | null;
    /** Whether every model was trained on the data the session was begun with. */
    readonly data_unchanged: boolean | null;
  };
  /** Means over the rolling-origin folds. */
  readonly validation: {
    readonly baseline: Metrics | null;
    readonly final: Metrics | null;
    /** Of the final forecast over the baseline's; null where folds are not known. */
    readonly gain: ForecastGain | null;
  };
  readonly locked_test: EventData<"LockedTestEvaluated"> | null;
  /** Which forecast is deployed, and the locked errors (wMAPE over periods) of it and the posterior's own. */
  readonly forecast: {
    readonly by: "configuration";
    readonly locked_error: number | null;
    readonly posterior_locked_error: number | null;
  };
  readonly changes: readonly {
    readonly path: string;
    readonly from: number;
    readonly to: number;
  }[];
  readonly iterations: readonly EventData<"IterationCompleted">[];
  readonly convergence: {
    readonly score: number;
    readonly solver: number | null;
    readonly roi_stability: number | null;
    readonly search: number | null;
  };
  readonly counts: {
    readonly iterations: number;
    readonly proposals_tried: number;
    readonly evaluations: number;
    readonly vetoes: number;
    readonly rejections: number;
    readonly escalations: number;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cost_usd: number;
  };
  readonly model: EventData<"ModelTrained"> | null;
  /** The model of record: returns, contributions and curves, which nothing in a session moves. */
  readonly posterior: unknown;
  readonly review: EventData<"BusinessReviewed"> | null;
  readonly deployment: DeploymentResult | null;
  readonly final_config: unknown;
  readonly history: {
    readonly records: number;
    readonly head: string;
    readonly digest: string;
    readonly sealed: boolean;
  };
}

/** Results of the events of one session, in order; `head` is the hash of the last. */
export function computeSessionResults(
  events: readonly Recorded[],
  head: string,
): SessionResults | null {
  const state = replay(events);
  if (state === null) return null;
  const completed = findLastEventData(events, "SessionCompleted");
  const start = state.baseline?.methodology_digest ?? null;
  const end = state.accepted?.methodology_digest ?? null;
  const { refused_outcomes: _refused, proposals, ...counts } = state.counters;
  return {
    session: state.session,
    business_unit: state.business_unit,
    status: state.status,
    reason: completed?.reason ?? null,
    decision: state.decision,
    seed: state.seed,
    methodology: {
      digest_start: start,
      digest_end: end,
      unchanged: start === null ? null : start === end,
      spec_digest: state.spec_digest,
      ...describeData(events, state),
    },
    validation: {
      baseline: state.baseline?.trained?.validation ?? null,
      final: state.accepted?.trained?.validation ?? null,
      gain: measureGain(state.baseline?.trained ?? {}, state.accepted?.trained ?? {}),
    },
    locked_test: findLastEventData(events, "LockedTestEvaluated"),
    forecast: describeForecast(findLastEventData(events, "LockedTestEvaluated")),
    changes: computeNetChanges(events),
    iterations: listEventData(events, "IterationCompleted"),
    convergence: describeConvergence(events, state),
    counts: { iterations: state.iteration, proposals_tried: proposals, ...counts },
    model: state.accepted?.trained ?? null,
    posterior: readBaselinePosterior(state),
    review: findAcceptedReview(events, state),
    deployment: describeDeployment(findLastEventData(events, "DeploymentDecided")),
    final_config: state.accepted === null ? null : (JSON.parse(state.accepted.config) as unknown),
    history: {
      records: events.length,
      head,
      digest: computeHistoryDigest(events),
      sealed: events.some(({ type }) => type === "SessionSealed"),
    },
  };
}

function describeData(
  events: readonly Recorded[],
  state: SessionState,
): Pick<SessionResults["methodology"], "data_digest" | "data_unchanged"> {
  const trained = listEventData(events, "ModelTrained").map(({ data_digest }) => data_digest);
  const pinned = findPinnedData(state);
  const unchanged = trained.length === 0 ? null : trained.every((digest) => digest === pinned);
  return { data_digest: pinned, data_unchanged: unchanged };
}

/** As the baseline's training gave it; null where the trainer has none. */
function readBaselinePosterior({ baseline }: SessionState): unknown {
  const text = baseline?.trained?.posterior ?? null;
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Only an unverified history holds other text.
    return null;
  }
}

/** Grounds of another form are left out. */
function describeDeployment(data: EventData<"DeploymentDecided"> | null): DeploymentResult | null {
  if (data === null) return null;
  const { grounds, ...decided } = data;
  return { ...decided, ...readDeploymentGrounds(grounds) };
}

/** The tuned configuration forecasts; the posterior stands beside it where the trainer has one. */
function describeForecast(
  locked: EventData<"LockedTestEvaluated"> | null,
): SessionResults["forecast"] {
  const beside = locked?.comparisons.find(({ reference }) => reference === "posterior");
  return {
    by: "configuration",
    locked_error: beside?.error ?? locked?.final.wmape ?? null,
    posterior_locked_error: beside?.reference_error ?? null,
  };
}

function listEventData<T extends EventType>(events: readonly Recorded[], type: T): EventData<T>[] {
  return events.filter((event) => event.type === type).map((event) => event.data as EventData<T>);
}

function findLastEventData<T extends EventType>(
  events: readonly Recorded[],
  type: T,
): EventData<T> | null {
  return listEventData(events, type).at(-1) ?? null;
}

/** Net change of every number from the baseline to the configuration in force. */
function computeNetChanges(events: readonly Recorded[]): SessionResults["changes"] {
  const accepted = new Set(
    listEventData(events, "IterationCompleted")
      .filter((iteration) => iteration.outcome === "accepted")
      .map((iteration) => iteration.proposal),
  );
  const net = new Map<string, { from: number; to: number }>();
  for (const cleared of listEventData(events, "ProposalCleared")) {
    if (!accepted.has(cleared.proposal)) continue;
    for (const { path, from, to } of cleared.changes) {
      net.set(path, { from: net.get(path)?.from ?? from, to });
    }
  }
  return [...net]
    .filter(([, { from, to }]) => from !== to)
    .map(([path, change]) => ({ path, ...change }));
}

function describeConvergence(
  events: readonly Recorded[],
  state: SessionState,
): SessionResults["convergence"] {
  const search = listEventData(events, "ProposalMade").findLast(
    (made) => made.search_score !== null,
  );
  return {
    score: state.convergence,
    solver: state.accepted?.trained?.solver_score ?? null,
    roi_stability: state.accepted?.trained?.roi_stability ?? null,
    search: search?.search_score ?? null,
  };
}

function findAcceptedReview(
  events: readonly Recorded[],
  state: SessionState,
): EventData<"BusinessReviewed"> | null {
  const proposal = state.accepted?.proposal;
  return (
    listEventData(events, "BusinessReviewed").find((review) => review.proposal === proposal) ?? null
  );
}
