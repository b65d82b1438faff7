/**
 * What callers see of a session: the summary everyone gets, the details of one session.
 *
 * I1. A view is made from a snapshot alone, so any replica gives the same one.
 */
import { z } from "zod";
import type { SessionSummary, Snapshot } from "../../session/ports.ts";
import {
  DEPLOYMENT_SUMMARY,
  readDeploymentGrounds,
  summarizeDeployment,
  type DeploymentSummary,
} from "../../schemas/deployment.ts";
import { readState } from "../../session/stages.ts";
import type { SessionState } from "../../session/state.ts";
import type { Waiting } from "../intake/queue.ts";

export const SUMMARY = z.object({
  session: z.string(),
  business_unit: z.string(),
  status: z.enum([
    "queued",
    "running",
    "waiting",
    "completed",
    "aborted",
    "cancelled",
    "failed",
    "log",
  ]),
  phase: z.string(),
  iteration: z.int(),
  requested_by: z.string(),
  started: z.string(),
  updated: z.string(),
  baseline_loss: z.number().nullable(),
  best_loss: z.number().nullable(),
  open_escalation: z.string().nullable(),
  deadline: z.number().nullable(),
});

const DETAIL = SUMMARY.extend({
  seq: z.int().meta({ description: "sequence number of the last history record in this view" }),
  head: z.string().meta({ description: "chain head at seq" }),
  seed: z.int(),
  limits: z.record(z.string(), z.unknown()).nullable(),
  convergence: z.number(),
  stopped_because: z.string().nullable(),
  decision: z.string().nullable(),
  deployment: DEPLOYMENT_SUMMARY.nullable().meta({
    description: "both uses with figures, conditions, raised flags and the experiment to run next",
  }),
  methodology_digest_start: z.string().nullable(),
  methodology_digest_now: z.string().nullable(),
  config_digest: z.string().nullable(),
  pending_proposals: z.int(),
  counters: z.record(z.string(), z.number()),
});

const QUEUED = z.object({
  session: z.string(),
  business_unit: z.string(),
  status: z.literal("queued"),
  requested_by: z.string(),
  since: z.string(),
  ahead_in_unit: z.int().meta({ description: "requests of the same unit before this one" }),
});

export const SESSION_VIEW = z.union([DETAIL, QUEUED]);

export type SessionDetail = z.infer<typeof DETAIL>;
export type QueuedView = z.infer<typeof QUEUED>;

export function parseSnapshotState(snapshot: Snapshot): SessionState {
  return readState(snapshot.state);
}

/** Details of a session from its snapshot. */
export function createSessionDetail(snapshot: Snapshot): SessionDetail {
  const state = parseSnapshotState(snapshot);
  return {
    ...snapshot.summary,
    status: snapshot.summary.status as SessionDetail["status"],
    seq: snapshot.seq,
    head: snapshot.head,
    seed: state.seed,
    limits: state.limits,
    convergence: state.convergence,
    stopped_because: state.stopped_because,
    decision: state.decision,
    deployment: summarizeState(state),
    methodology_digest_start: state.baseline?.methodology_digest ?? null,
    methodology_digest_now: state.accepted?.methodology_digest ?? null,
    config_digest: state.accepted?.config_digest ?? null,
    pending_proposals: state.pending.length,
    counters: { ...state.counters },
  };
}

/** Both uses as the snapshot holds them; null before the decision. */
export function summarizeState({ deployment }: SessionState): DeploymentSummary | null {
  if (deployment === null) return null;
  return summarizeDeployment({ ...deployment, ...readDeploymentGrounds(deployment.grounds) });
}

/** A session that was asked for and is not in any snapshot yet. */
export function createQueuedView(waiting: Waiting, all: readonly Waiting[]): QueuedView {
  const { session, business_unit, requested_by, since } = waiting;
  const ahead = all.filter(
    (other) => other.business_unit === business_unit && other.offset < waiting.offset,
  );
  return {
    session,
    business_unit,
    status: "queued",
    requested_by,
    since,
    ahead_in_unit: ahead.length,
  };
}

/** Statuses in which nothing more will happen. */
export function isFinished(status: SessionSummary["status"]): boolean {
  return ["completed", "aborted", "cancelled", "failed"].includes(status);
}
