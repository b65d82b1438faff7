/**
 * What people and other systems put on the inbox: requests, proposals, decisions, cancellations.
 *
 * I1. A request's session id follows from a name the requester can repeat: asking twice is asking
 *     once.
 */
import { toCanonicalJson, computeSha256 } from "../schemas/canonical.ts";
import {
  deriveSessionId,
  deriveEventId,
  type Envelope,
  type Event,
  type EventData,
} from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { EventLog } from "../session/ports.ts";
import { createEventRecord } from "./publish.ts";

/**
 * Digest of all that a request asks for, without the data's: the same command resumes its session,
 * which has its own copy of the data, whatever happened to the file.
 */
export function computeRequestDigest(request: EventData<"SessionRequested">): string {
  const { data_digest: _data, pinned_baseline, ...asked } = request;
  return computeSha256(
    toCanonicalJson(pinned_baseline === "" ? asked : { ...asked, pinned_baseline }),
  );
}

/** The id of the `ordinal`-th session of a request. */
export function deriveRequestedSessionId(
  request: EventData<"SessionRequested">,
  ordinal: number,
): string {
  return deriveSessionId(`${computeRequestDigest(request)}#${ordinal}`);
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
export async function sendToInbox(log: EventLog, input: Input, event: Event): Promise<string> {
  const id = deriveEventId(
    deriveSessionId(input.session),
    `${input.producer}/${event.type}/${input.key}`,
    0,
  );
  const envelope: Envelope = {
    id,
    session: input.session,
    business_unit: input.businessUnit,
    cause: id,
    producer: input.producer,
    time: input.time,
  };
  await log.append([createEventRecord(TOPICS.sessions, event, envelope)]);
  await log.flush();
  return id;
}
