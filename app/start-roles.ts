/** Starts the consumers of a process, each with the tools it works with. */
import { runConsumer, type Running } from "../consumers/loop/run-consumer.ts";
import { runCoordinator } from "../consumers/coordinator/coordinator.ts";
import { systemClock } from "../infra/clock.ts";
import type { EventLog } from "../session/ports.ts";
import { createConsumers, drawUniform, type Composed, type RoleName } from "./compose-consumers.ts";
import { GROUP_PREFIX, publishOperatorAct } from "./operations.ts";
import type { Parts, Started } from "./open-app.ts";

/**
 * Resolves when all have joined.
 * @throws MmmError a guard that could not judge (`createConsumers`)
 */
export async function startRoles(parts: Parts, roles: readonly RoleName[]): Promise<Started> {
  const running: Running[] = [];
  const halt = new AbortController();
  const composed = await createConsumers(parts, roles, halt.signal);
  const stop = async () => {
    halt.abort();
    for (const part of running.toReversed()) await part.stop();
    await composed.close();
  };
  try {
    if (composed.refused !== null) await recordRefusal(parts.log, composed.refused);
    for (const role of roles) running.push(await startRole(parts, composed.consumers, role));
  } catch (error) {
    await stop();
    throw error;
  }
  const { encoder } = composed;
  return { stop, ended: Promise.race(running.map((part) => part.ended)), encoder };
}

async function startRole(
  parts: Parts,
  consumers: Composed["consumers"],
  role: RoleName,
): Promise<Running> {
  const { log, snapshots, observer, keys } = parts;
  const shared = { log, clock: systemClock, observer, groupPrefix: GROUP_PREFIX };
  if (role === "coordinator") return runCoordinator({ ...shared, snapshots, keys });
  return runConsumer(consumers[role], { ...shared, random: drawUniform });
}

function recordRefusal(log: EventLog, reason: string): Promise<void> {
  return publishOperatorAct(log, "router_refused", { reason, consequence: "rules decide" });
}
