/**
 * Child process of the durability test: appends and commits for ever, and says on stdout which
 * batches it was told are durable.
 */
import { systemClock } from "../../infra/clock.ts";
import { openSqliteState } from "../../infra/sqlite/state.ts";
import { summary } from "../contract/snapshot-contract.ts";

const state = openSqliteState(process.argv[2] ?? "", { partitions: 2, clock: systemClock });
const topicPartition = { topic: "sessions", partition: state.log.partitionOf("s1") };
const transactor = await state.log.transactor("coordinator", topicPartition);

for (let at = transactor.next; ; at += 1) {
  const text = Buffer.from(String(at));
  await state.log.append([{ topic: "sessions", key: "s1", value: text, headers: {} }]);
  await transactor.commit([{ topic: "history", key: "s1", value: text, headers: {} }], at + 1);
  const { partition } = topicPartition;
  const one = { session: "s1", partition, offset: at + 1, seq: at + 1, head: "", state: "" };
  await state.snapshots.save([{ ...one, summary: summary("s1") }], {
    partition,
    offset: at + 1,
    historyOffset: at + 1,
  });
  if (at % 7 !== 0) continue;
  await state.log.flush();
  process.stdout.write(`${at}\n`);
}
