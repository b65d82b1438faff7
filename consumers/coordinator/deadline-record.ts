/**
 * The record that says to a session that its wait ran out.
 *
 * I1. Its id follows from session and wait alone: said twice it counts once.
 */
import { createEventRecord } from "../../producers/publish.ts";
import { deriveEventId, type Event } from "../../schemas/event.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type { OutgoingRecord } from "../../session/ports.ts";
import type { Overdue } from "./session-cache.ts";

/** `now` in milliseconds since 1970. */
export function createDeadlineRecord({ state, wait }: Overdue, now: number): OutgoingRecord {
  const name = `${state.session}/deadline/${wait.for}/${wait.key}`;
  const id = deriveEventId(state.session, name, 0);
  const event: Event = {
    type: "DeadlinePassed",
    data: { deadline: wait.key, waited_for: wait.for },
  };
  return createEventRecord(TOPICS.sessions, event, {
    id,
    session: state.session,
    business_unit: state.business_unit,
    cause: id,
    producer: "coordinator",
    time: new Date(now).toISOString(),
  });
}
