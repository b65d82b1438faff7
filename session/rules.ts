/** What one version of the rules consists of: all in which versions may differ, as types. */
import type { Event, EventData, EventType } from "../schemas/event.ts";
import type { SessionState, TuningSession } from "./state.ts";

export interface Rules {
  readonly version: number;
  /** Which events are taken from outside. */
  readonly checks: Checks;
  /** What follows from each event. */
  readonly reactions: Reactions;
  readonly stopReason: StopRule;
}

/** Why an event is not admitted; null when it is. */
export type Check<T extends EventType = EventType> = (
  state: SessionState,
  data: EventData<T>,
) => string | null;

export type Checks = { readonly [T in EventType]?: Check<T> };

/** What a reaction may look at beside the state after the event and the event's data. */
export interface Circumstances {
  readonly before: SessionState | null;
  /** The rules that decide this session. */
  readonly rules: Rules;
}

/** State after the event, the event's data -> what follows. */
export type Reaction<T extends EventType = EventType> = (
  after: SessionState,
  data: EventData<T>,
  at: Circumstances,
) => readonly Event[];

export type Reactions = { readonly [T in EventType]?: Reaction<T> };

/** Why tuning ends now; null while it goes on. */
export type StopRule = (state: TuningSession) => string | null;
