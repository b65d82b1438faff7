/**
 * A sink is asked to take a partition until it does: the same for every log.
 */
import type { Clock, TopicPartition, RecordSink } from "../session/ports.ts";
import { createPolicy, doubling, isRetriable, retry } from "../session/waiting/retry.ts";

const POLICY = createPolicy({ pauseMs: doubling(50, 2_000), canHelp: isRetriable });

/** True when the sink took the partition, false when the signal aborted first. Throws what no retry helps. */
export async function askAssigned(
  sink: RecordSink,
  topicPartition: TopicPartition,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    await retry(() => sink.assigned(topicPartition), { policy: POLICY, clock, signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
