/** Given events, when an event comes in, then these follow: sessions without any outside. */
import { decide } from "../../session/decide.ts";
import { CURRENT_LOGIC } from "../../session/logic.ts";
import { requireTuning } from "../../session/stages.ts";
import type { SessionState, TuningSession, WorkItem } from "../../session/state.ts";
import {
  deriveEventId,
  deriveSessionId,
  type Event,
  type EventData,
  type Recorded,
} from "../../schemas/event.ts";
import { BUILTIN_REASONER, type ChannelResult, type Metrics } from "../../schemas/parts.ts";

export const NOW = "2026-01-05T10:00:00.000Z";

let counter = 0;

/** An event with an envelope of its own. */
export function recorded(event: Event, time = NOW, id?: string): Recorded {
  counter += 1;
  const own = id ?? deriveEventId(deriveSessionId("test"), "given", counter);
  return {
    ...event,
    envelope: {
      id: own,
      session: "s1",
      business_unit: "emea",
      cause: own,
      producer: "test",
      time,
    },
    attachments: {},
  } as Recorded;
}

interface GivenMore {
  readonly fault?: string;
  readonly time?: string;
  readonly logicVersion?: number;
}

/** A session that is fed one inbox event after the other. */
export class Given {
  state: SessionState | null = null;
  readonly history: Event[] = [];

  /** Feeds an event; returns what the session recorded because of it. */
  when(event: Event | Recorded, more: GivenMore = {}): readonly Event[] {
    const incoming = "envelope" in event ? event : recorded(event, more.time);
    const steps = decide(this.state, incoming, {
      signatureFault: more.fault ?? null,
      envelope: (index) => ({
        ...incoming.envelope,
        id: deriveEventId(incoming.envelope.id, "coordinator", index),
        time: more.time ?? NOW,
      }),
      ...(more.logicVersion === undefined ? {} : { logicVersion: more.logicVersion }),
    });
    this.state = steps.at(-1)?.after ?? this.state;
    const events = steps.map(({ event: { type, data } }) => ({ type, data }) as Event);
    this.history.push(...events);
    return events;
  }

  get types(): readonly string[] {
    return this.history.map((event) => event.type);
  }

  /** What the session waits for, such as "verdict w1.1". */
  get waits(): string {
    const wait = this.state?.wait ?? null;
    return wait === null ? "nothing" : `${wait.for} ${wait.key}`;
  }
}

export const LIMITS: EventData<"SessionRequested">["limits"] = {
  max_iterations: 3,
  convergence_threshold: 0.95,
  patience: 3,
  evaluations_per_iteration: 10,
  agent_timeout_s: 60,
  person_timeout_s: 3600,
  person_default: "keep_current",
};

export const REQUEST: Event = {
  type: "SessionRequested",
  data: {
    baseline: "{}",
    business_context: "{}",
    business_unit: "emea",
    limits: LIMITS,
    seed: 7,
    requested_by: "ann",
    parent_session: null,
    parent_seq: null,
    lineage: [],
    pinned_baseline: "",
    data_digest: "",
  },
};

export function metrics(mape: number): Metrics {
  return {
    mape,
    wmape: mape,
    smape: mape,
    mase: 0.5,
    r2: 0.8,
    adj_r2: 0.7,
    mae: 100 * mape,
    rmse: 120 * mape,
    nrmse: mape,
  };
}

const CHANNEL: ChannelResult = {
  channel: "tv",
  media_type: "tv",
  decay: 0.5,
  alpha: 1,
  gamma: 0.5,
  coefficient: 1,
  contribution_share: 0.2,
  effect_share: 1,
  spend_share: 1,
  roi: 2,
  roi_low: null,
  roi_high: null,
  mroi: 1,
  half_life_weeks: 1,
  duration_90_weeks: 3.3,
};

export function routed(
  proposal: string,
  role:
    | "data_scientist"
    | "business_analyst"
    | "research_persona"
    | "stakeholder"
    | null = "data_scientist",
): Event {
  const [work_item, attempt] = parts(proposal);
  return {
    type: "ProposalRouted",
    data: {
      work_item,
      attempt,
      role,
      alternatives: ["business_analyst"],
      source: "rules",
      confidence: null,
      scores: [],
      threshold: null,
      model_digest: null,
      reason: "test",
    },
  };
}

export function made(
  proposal: string,
  raw = '{"changes":[]}',
  searchScore: number | null = 0.5,
): Event {
  const [work_item, attempt] = parts(proposal);
  return {
    type: "ProposalMade",
    data: {
      work_item,
      attempt,
      proposal,
      author: "data_scientist",
      raw,
      search_score: searchScore,
      evaluations: 10,
      reasoner: BUILTIN_REASONER,
    },
  };
}

export function cleared(
  proposal: string,
  digest: string,
  more: Partial<EventData<"ProposalCleared">> = {},
): Event {
  return {
    type: "ProposalCleared",
    data: {
      proposal,
      content_digest: `content of ${proposal}`,
      config: `{"config":"${digest}"}`,
      config_digest: digest,
      base_digest: "base",
      methodology_digest: "method",
      spec_digest: "spec",
      changes: [{ path: "hyperparameters.tv.decay", from: 0.5, to: 0.6 }],
      layers: [],
      clearance: "token",
      ...more,
    },
  };
}

export function vetoed(proposal: string, content = "bad"): Event {
  return {
    type: "ProposalVetoed",
    data: {
      proposal,
      work_item: parts(proposal)[0],
      content_digest: content,
      spec_digest: "spec",
      layer: "rules",
      violations: [
        {
          code: "protected_path",
          layer: "rules",
          path: "adstock.type",
          message: "no",
          evidence: "",
        },
      ],
    },
  };
}

export function explained(proposal: string): Event {
  return {
    type: "RejectionExplained",
    data: {
      proposal,
      text: "adstock stays geometric",
      citations: ["jin_2017"],
      permitted: "tune the decay",
      reasoner: BUILTIN_REASONER,
    },
  };
}

export function trained(proposal: string, digest: string, loss: number): Event {
  return {
    type: "ModelTrained",
    data: {
      proposal,
      config_digest: digest,
      data_digest: "data",
      trainer: "test",
      validation: metrics(loss),
      in_sample: metrics(loss),
      loss,
      channels: [CHANNEL],
      baseline_share: 0.6,
      solver_score: 1,
      roi_stability: 0.9,
      findings: [],
      detail: "{}",
      fold_losses: [],
      posterior: null,
      posterior_digest: null,
      posterior_signature: null,
    },
  };
}

export function reviewed(proposal: string, verdict = "approve"): Event {
  return {
    type: "BusinessReviewed",
    data: {
      proposal,
      verdict,
      findings: [],
      constraints: [],
      summary: `review of ${proposal}`,
      reasoner: BUILTIN_REASONER,
    },
  };
}

export function decidedBy(escalation: string, choice: string, by = "ann"): Event {
  return {
    type: "HumanDecided",
    data: { escalation, choice, instruction: "lower tv decay", decided_by: by, reason: "because" },
  };
}

function parts(proposal: string): [string, number] {
  const [item = "", attempt = "0"] = proposal.split(".");
  return [item, Number(attempt)];
}

/** A session whose baseline is trained with a loss of 0.2 and whose first task is stated. */
export function givenBaseline(logicVersion = CURRENT_LOGIC): Given {
  const given = new Given();
  given.when(REQUEST, { logicVersion });
  given.when(cleared("w0.1", "base"));
  given.when(trained("w0.1", "base", 0.2));
  return given;
}

/** The same with the first proposal of the first iteration at the guard. */
export function givenProposal(): Given {
  const given = givenBaseline();
  given.when(routed("w1.1"));
  given.when(made("w1.1"));
  return given;
}

/** A session between two iterations, its baseline trained with a loss of 0.2, but for what is given. */
export function tuningState(more: Partial<TuningSession> = {}): TuningSession {
  const { state } = givenBaseline();
  if (state === null) throw new Error("no session");
  return { ...requireTuning(state), work_item: null, wait: null, ...more };
}

/** The first work item at its first attempt, but for what is given. */
export function workItem(more: Partial<WorkItem> = {}): WorkItem {
  const { work_item } = givenBaseline().state ?? {};
  if (work_item === null || work_item === undefined) throw new Error("no work item");
  return { ...work_item, role: "data_scientist", ...more };
}
