/**
 * What people and other systems put on the inbox: requests, proposals, decisions, cancellations.
 *
 * I1. A request's session id follows from a name the requester can repeat: asking twice is asking
 *     once.
 */
import { canonicalJson, sha256 } from "../schemas/canonical.ts";
import {
  sessionIdOf,
  eventId,
  type Envelope,
  type Event,
  type EventData,
} from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { EventLog } from "../session/ports.ts";
import { recordOf } from "./publish.ts";

/** Digest of all that a request asks for. */
export function requestDigest(request: EventData<"SessionRequested">): string {
  return sha256(canonicalJson(request));
}

/** The id of the `ordinal`-th session of a request. */
export function requestedSession(request: EventData<"SessionRequested">, ordinal: number): string {
  return sessionIdOf(`${requestDigest(request)}#${ordinal}`);
}

export interface Input {
  readonly session: string;
  readonly businessUnit: string;
  /** Name of the producer, such as "cli" or "api". */
  readonly producer: string;
  /** Distinguishes this input from the same person's next one; repeating it repeats the id. */
  readonly key: string;
  /** RFC 3339, UTC. */
  readonly time: string;
}

/** Puts one event from outside on the inbox. Resolves with its id when the log has it. */
export async function submit(log: EventLog, input: Input, event: Event): Promise<string> {
  const id = eventId(sessionIdOf(input.session), `${input.producer}/${event.type}/${input.key}`, 0);
  const envelope: Envelope = {
    id,
    session: input.session,
    business_unit: input.businessUnit,
    cause: id,
    producer: input.producer,
    time: input.time,
  };
  await log.append([recordOf(TOPICS.sessions, event, envelope)]);
  await log.flush();
  return id;
}
