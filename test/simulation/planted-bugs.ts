/**
 * Bugs planted into the product's own source as it is loaded: the simulation must find each of them,
 * else it proves nothing. The product carries no hooks for this; a text that is not found in its
 * file any more fails the test, so the list stays true.
 */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "the coordinator goes on with its memory after a failed commit",
    file: "consumers/coordinator/partition-actor.ts",
    find: "await this.#reopen(error);",
    put: "this.#job.tools.observer.failed('coordinator', error);",
  },
  {
    name: "offsets are committed past records that are not done",
    file: "consumers/loop/keyed-queue.ts",
    find: "    while (this.#open[0]?.done === true) {",
    put: "    this.#next = entry.record.offset + 1;\n    while (this.#open[0]?.done === true) {",
  },
  {
    name: "work is published before the inbox knows of it",
    file: "producers/publish.ts",
    find:
      "  if (inbox.length > 0) await log.append(inbox);\n" +
      "  if (rest.length > 0) await log.append(rest);",
    put:
      "  if (rest.length > 0) await log.append(rest);\n" +
      "  if (inbox.length > 0) await log.append(inbox);",
  },
  {
    name: "the trainer does not look at the clearance",
    file: "consumers/trainer/trainer.ts",
    find: "const { data_digest = null } = verifyClearance(cleared.clearance,",
    put: "const { data_digest = null } = ((..._: unknown[]): { data_digest?: string | null } => ({}))(cleared.clearance,",
  },
  {
    name: "a clearance is good for any session and proposal",
    file: "guard/tokens/clearance.ts",
    find: "const wanted = { session, proposal, spec_digest,",
    put: "const wanted = { spec_digest,",
  },
  {
    name: "the coordinator does not look at the guard's signature",
    file: "consumers/coordinator/partition-processor.ts",
    find: "const fault = findSignatureFault(parts.tools.keys, entry.state, event);",
    put: "const fault = null;",
  },
  {
    name: "an event that comes again counts again",
    file: "session/decide.ts",
    find: "  if (hasSeenEvent(state, event)) return [];\n  const rules",
    put: "  const rules",
  },
  {
    name: "only the last few event ids are remembered",
    file: "session/state.ts",
    find: "export const SEEN_MAX = 512;",
    put: "export const SEEN_MAX = 6;",
  },
  {
    name: "an inbox event keeps its envelope whatever is made of it",
    file: "session/decide.ts",
    find: "[made(state, refusal, evidence.envelope(0))]",
    put: "[event.type === refusal.type ? { ...made(state, refusal, event.envelope), isEcho: true } : made(state, refusal, evidence.envelope(0))]",
  },
  {
    name: "a new attempt resets the count of refusals",
    file: "session/ladder.ts",
    find: "return Math.max(item.rejections, ofContent) + 1;",
    put: "return ofContent + 1;",
  },
  {
    name: "a session is read from a store that was rolled back",
    file: "consumers/coordinator/session-cache.ts",
    find: "    await assertSameStore();\n",
    put: "",
  },
  {
    name: "snapshots are added to a store that was rolled back",
    file: "consumers/coordinator/session-cache.ts",
    find: "save(snapshots, next, checkpoint)",
    put: "save(snapshots, next)",
  },
  {
    name: "a snapshot is stored while memory is ahead of the history",
    file: "consumers/coordinator/partition-processor.ts",
    find: "if (parts.settled) await sessionCache.save",
    put: "await sessionCache.save",
  },
  {
    name: "the inbox offset is committed one too far",
    file: "consumers/coordinator/partition-processor.ts",
    find: "write(parts, out, last.offset + 1)",
    put: "write(parts, out, last.offset + 2)",
  },
  {
    name: "nobody looks at deadlines",
    file: "consumers/coordinator/partition-processor.ts",
    find: "if (due.length > 0)",
    put: "if (due.length > 1e9)",
  },
  {
    name: "a failure worth another try is given up",
    file: "consumers/loop/run-consumer.ts",
    find: "canHelp: isRetriable }",
    put: "canHelp: (error) => error instanceof MmmError && error.code === 'fenced' }",
  },
  {
    name: "a record that cannot be decoded is passed over",
    file: "consumers/loop/run-consumer.ts",
    find: "const step = () => toDeadLetters(work, record, error);",
    put: "return;",
  },
  {
    name: "a last commit that fails is never tried again",
    file: "consumers/loop/offset-committer.ts",
    find: "if (isRetriable(error) && !isFenced(error)) throw error;",
    put: "if (isRetriable(error) && !isFenced(error)) this.#done = offset;",
  },
  {
    name: "a late failure of one attempt counts for another",
    file: "session/admission.ts",
    find:
      '  return (\n    checkAwaited(state, "answer", deriveProposalId(data)) ??\n' +
      '    checkSame("the role", data.role, state.work_item?.role)\n  );',
    put: '  return checkSame("the role", data.role, state.work_item?.role);',
  },
  {
    name: "the seal is of another place in the chain",
    file: "consumers/coordinator/partition-processor.ts",
    find: "signHead(parts.tools.keys, { session, seq, head }, pinned)",
    put: "signHead(parts.tools.keys, { session, seq, head: at.envelope.id.replaceAll('-', '').repeat(2) }, pinned)",
  },
  {
    name: "the guard does not look at the ranges of tunable numbers",
    file: "guard/rules/rules.ts",
    find: "...findRangeViolations(config, bounds)",
    put: "...[]",
  },
];
