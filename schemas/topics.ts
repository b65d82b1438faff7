/**
 * The one table of topics: what they hold, who reads them, how they are kept.
 *
 * I1. A topic name is spelled here and nowhere else.
 * I2. The key is the session id everywhere, and all session-keyed topics have the same number of
 *     partitions, so that a session's order survives every hop.
 * I3. `history` is written by the coordinator alone and never compacted.
 */
import type { EventType } from "./event.ts";
import type { Role } from "./parts.ts";

export interface TopicRow {
  readonly topic: string;
  readonly events: readonly EventType[];
  /** "session" topics share one partition count; "single" has one partition. */
  readonly partitions: "session" | "single";
  /** Days a record is kept; null = for ever. */
  readonly keepDays: number | null;
  readonly compacted: boolean;
  readonly writtenBy: readonly string[];
  readonly readBy: readonly string[];
}

/** What is written to the inbox: requests, decisions and every outcome a session reacts to. */
const INBOX_EVENTS = [
  "SessionRequested",
  "SessionCancelled",
  "ProposalSubmitted",
  "ProposalRouted",
  "ProposalMade",
  "AgentAnswered",
  "AgentFailed",
  "ProposalCleared",
  "ProposalVetoed",
  "RejectionExplained",
  "ModelTrained",
  "TrainingRefused",
  "TrainingFailed",
  "BusinessReviewed",
  "HumanDecided",
  "DeadlinePassed",
  "LockedTestEvaluated",
  "LockedTestRefused",
  "DeploymentDecided",
  "OperatorActed",
  "GuardFailed",
] as const satisfies readonly EventType[];

/** What the coordinator makes of it. */
const COORDINATOR_EVENTS = [
  "SessionStarted",
  "TaskStated",
  "ProposalRejected",
  "TrainingRequested",
  "ReviewRequested",
  "IterationCompleted",
  "EscalationRaised",
  "DecisionRefused",
  "OutcomeRefused",
  "LockedTestRequested",
  "ApprovalRequested",
  "SessionCompleted",
  "SessionSealed",
] as const satisfies readonly EventType[];

export const TOPICS = {
  sessions: {
    topic: "sessions",
    events: INBOX_EVENTS,
    partitions: "session",
    keepDays: 14,
    compacted: false,
    writtenBy: ["producers", "all consumers"],
    readBy: ["coordinator"],
  },
  intake: {
    topic: "intake",
    events: ["SessionRequested"],
    partitions: "single",
    keepDays: 90,
    compacted: false,
    writtenBy: ["producers"],
    readBy: ["intake"],
  },
  proposals: {
    topic: "proposals",
    events: ["TaskStated"],
    partitions: "session",
    keepDays: 14,
    compacted: false,
    writtenBy: ["coordinator"],
    readBy: ["router"],
  },
  dataScientist: defineAgentTopic("data-scientist", ["TaskAssigned"]),
  businessAnalyst: defineAgentTopic("business-analyst", ["TaskAssigned", "ReviewRequested"]),
  stakeholder: defineAgentTopic("stakeholder", ["TaskAssigned", "ApprovalRequested"]),
  researchPersona: defineAgentTopic("research-persona", ["TaskAssigned"]),
  dsOutputs: {
    topic: "ds-outputs",
    events: ["ProposalMade"],
    partitions: "session",
    keepDays: 14,
    compacted: false,
    writtenBy: ["data-scientist", "coordinator (baseline)"],
    readBy: ["guard"],
  },
  vetoes: {
    topic: "vetoes",
    events: ["ProposalVetoed"],
    partitions: "session",
    keepDays: null,
    compacted: false,
    writtenBy: ["guard"],
    readBy: ["research-persona", "anyone"],
  },
  training: {
    topic: "training",
    events: ["TrainingRequested", "LockedTestRequested"],
    partitions: "session",
    keepDays: 14,
    compacted: false,
    writtenBy: ["coordinator"],
    readBy: ["trainer"],
  },
  history: {
    topic: "history",
    events: [...INBOX_EVENTS, ...COORDINATOR_EVENTS],
    partitions: "session",
    keepDays: null,
    compacted: false,
    writtenBy: ["coordinator"],
    readBy: ["anyone"],
  },
  escalations: {
    topic: "escalations",
    events: ["EscalationRaised"],
    partitions: "session",
    keepDays: null,
    compacted: false,
    writtenBy: ["coordinator"],
    readBy: ["people's tools"],
  },
  schemas: {
    topic: "schemas",
    events: [],
    partitions: "single",
    keepDays: null,
    compacted: true,
    writtenBy: ["all (on start)"],
    readBy: ["readers without the repository"],
  },
  deadLetters: {
    topic: "dead-letters",
    events: [],
    partitions: "session",
    keepDays: 90,
    compacted: false,
    writtenBy: ["any consumer"],
    readBy: ["operators"],
  },
} as const satisfies Record<string, TopicRow>;

export const TOPIC_ROWS: readonly TopicRow[] = Object.values(TOPICS);

/** Names of all consumers of a session's work, and of their groups behind the group prefix. */
export const CONSUMERS = [
  "coordinator",
  "router",
  "data-scientist",
  "guard",
  "trainer",
  "business-analyst",
  "stakeholder",
  "research-persona",
] as const;

/** Topics that a consumer reads; none for a name that is no consumer's. */
export function listTopicsReadBy(consumer: string): readonly string[] {
  return TOPIC_ROWS.filter((row) => row.readBy.includes(consumer)).map((row) => row.topic);
}

/** The topic on which each role is asked. */
export const ROLE_TOPICS: Readonly<Record<Role, TopicRow>> = {
  data_scientist: TOPICS.dataScientist,
  business_analyst: TOPICS.businessAnalyst,
  stakeholder: TOPICS.stakeholder,
  research_persona: TOPICS.researchPersona,
};

/** Where the coordinator sends an event besides `history`, and what goes beside its payload. */
export const COMMANDS: Readonly<
  Partial<Record<EventType, { topic: TopicRow; attach: readonly Attachment[] }>>
> = {
  TaskStated: { topic: TOPICS.proposals, attach: ["warrant", "context"] },
  ProposalMade: { topic: TOPICS.dsOutputs, attach: ["warrant"] },
  TrainingRequested: { topic: TOPICS.training, attach: ["config", "clearance", "context"] },
  LockedTestRequested: { topic: TOPICS.training, attach: ["config", "clearance", "context"] },
  ReviewRequested: { topic: TOPICS.businessAnalyst, attach: ["context"] },
  ApprovalRequested: { topic: TOPICS.stakeholder, attach: ["context"] },
  EscalationRaised: { topic: TOPICS.escalations, attach: [] },
};

export type Attachment = "warrant" | "config" | "clearance" | "context";

function defineAgentTopic<const E extends readonly EventType[]>(role: string, events: E) {
  return {
    topic: `agent.${role}`,
    events,
    partitions: "session",
    keepDays: 14,
    compacted: false,
    writtenBy: ["router", "coordinator (pinned)"],
    readBy: [role],
  } as const;
}
