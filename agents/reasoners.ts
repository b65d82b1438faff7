/**
 * The port behind the four agents: typed questions, typed answers. Built-in reasoning implements it;
 * a language model or a remote agent may wrap it.
 *
 * I1. A wrapper may enrich an answer; it can neither drop a critical finding nor lift a refusal.
 * I2. Text in an answer is data to everyone else.
 * I3. Equal jobs have equal answers for built-in reasoning: chance comes in as `seed`.
 */
import type { TunableBound } from "../guard/specification/tunables.ts";
import type { ModelConfig } from "../model/config.ts";
import type { EventData } from "../schemas/event.ts";
import type { Constraint, Finding, ReasonerNote, Role, Violation } from "../schemas/parts.ts";
import type { PublishedEvidence } from "../schemas/evidence.ts";
import type { ApprovalContext } from "../session/work-context.ts";
import type { BusinessContext } from "./business-context.ts";

export type TrainedModel = EventData<"ModelTrained">;
export type Task = EventData<"TaskAssigned">;

/** What every question carries. */
export interface Job {
  readonly session: string;
  readonly businessUnit: string;
  /** Id of the event that asks: the step that must never be paid twice. */
  readonly step: string;
  readonly signal: AbortSignal;
}

export interface ProposeJob extends Job {
  readonly task: Task;
  readonly baseline: ModelConfig;
  /** The configuration in force, where the search starts. */
  readonly base: ModelConfig;
  /** Of the data the session was begun with; null where the session knows none. */
  readonly dataDigest?: string | null;
  /** Inclusive ranges by path, constraints applied. */
  readonly bounds: ReadonlyMap<string, TunableBound>;
  readonly trained: TrainedModel | null;
  readonly context: BusinessContext;
}

export interface ProposeAnswer {
  readonly changes: readonly { readonly path: string; readonly to: number }[];
  /** In words and figures; becomes `reasoning` of the proposal. */
  readonly reasoning: string;
  readonly searchScore: number | null;
  readonly evaluations: number;
  readonly note: ReasonerNote;
}

export interface ReviewJob extends Job {
  readonly config: ModelConfig;
  /** On the model of record; null where the trainer has none. */
  readonly evidence: PublishedEvidence | null;
  readonly candidate: TrainedModel;
  readonly baseline: TrainedModel;
  readonly context: BusinessContext;
}

export interface ReviewAnswer {
  readonly verdict: "approve" | "warn" | "critical";
  readonly findings: readonly Finding[];
  readonly constraints: readonly Constraint[];
  readonly summary: string;
  readonly note: ReasonerNote;
}

/** A task taken by a role that answers in words or constraints. */
export interface AdviseJob extends Job {
  readonly role: Role;
  readonly task: Task;
  readonly base: ModelConfig;
  readonly bounds: ReadonlyMap<string, TunableBound>;
  readonly trained: TrainedModel | null;
  readonly context: BusinessContext;
}

export interface AdviseAnswer {
  readonly kind: "constraints" | "advice" | "rejection";
  readonly text: string;
  readonly constraints: readonly Constraint[];
  readonly citations: readonly string[];
  readonly note: ReasonerNote;
}

export interface ExplainJob extends Job {
  readonly proposal: string;
  readonly violations: readonly Violation[];
}

export interface ExplainAnswer {
  readonly text: string;
  readonly citations: readonly string[];
  readonly permitted: string;
  readonly note: ReasonerNote;
}

export interface JudgedPosterior {
  readonly sampler_converged: boolean;
  readonly evidence: PublishedEvidence;
}

export interface DecideJob extends Job {
  readonly request: EventData<"ApprovalRequested">;
  readonly figures: ApprovalContext;
  /** The model of record; null where only a point was estimated, or by another program. */
  readonly posterior: JudgedPosterior | null;
  readonly config: ModelConfig;
  readonly context: BusinessContext;
}

export type DecideAnswer = Omit<EventData<"DeploymentDecided">, "reasoner"> & {
  readonly note: ReasonerNote;
};

export interface Reasoners {
  /** Data Scientist. */
  propose(job: ProposeJob): Promise<ProposeAnswer>;
  /** Business Analyst, on a trained model. */
  review(job: ReviewJob): Promise<ReviewAnswer>;
  /** Any role, on a task it took; the Research Persona always rejects. */
  advise(job: AdviseJob): Promise<AdviseAnswer>;
  /** Research Persona, on a veto. */
  explain(job: ExplainJob): Promise<ExplainAnswer>;
  /** Stakeholder. */
  decide(job: DecideJob): Promise<DecideAnswer>;
}
