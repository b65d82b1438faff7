/** What all processes of the product share: the names of consumer groups, the history of their acts. */
import { systemClock } from "../infra/clock.ts";
import { sendToInbox } from "../producers/request.ts";
import type { EventLog } from "../session/ports.ts";

/** First part of the names of consumer groups. */
export const GROUP_PREFIX = "mmm";

/** Where events outside sessions are kept: a history of its own. */
export const OPERATIONS = "operations";

/** Puts an act of the process itself into that history. */
export async function publishOperatorAct(
  log: EventLog,
  action: string,
  detail: object,
): Promise<void> {
  const time = new Date(systemClock.now()).toISOString();
  const data = { action, subject: "router", by: "worker", detail: JSON.stringify(detail) };
  const key = `${action}/${data.detail}/${time}`;
  await sendToInbox(
    log,
    { session: OPERATIONS, businessUnit: OPERATIONS, producer: "worker", key, time },
    { type: "OperatorActed", data },
  );
}
