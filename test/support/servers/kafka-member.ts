/**
 * Child process of the zombie test: a coordinator-like member that writes for every partition it holds,
 * ten times a second, and says on stdout what became of each commit. Once it has lost a partition it takes
 * none again.
 */
import { systemClock } from "../../../infra/clock.ts";
import { createKafkaLog, type KafkaSettings } from "../../../infra/kafka/log.ts";
import { MmmError } from "../../../schemas/errors.ts";
import type { Transactor } from "../../../session/ports.ts";

const settings = JSON.parse(process.argv[2] ?? "{}") as KafkaSettings;
const log = createKafkaLog(settings, systemClock);
const transactors = new Map<number, Transactor>();
let lost = false;
const say = (word: string, partition: number): void =>
  void process.stdout.write(`${word} ${partition}\n`);

await log.consume(
  { group: "writers", topics: ["sessions"], transactional: true },
  {
    assigned: async ({ topic, partition }) => {
      if (lost) throw new MmmError("overloaded", "what was lost is not taken again");
      transactors.set(partition, await log.transactor("writers", { topic, partition }));
      say("assigned", partition);
    },
    revoked: async ({ partition }) => {
      await transactors.get(partition)?.close();
      transactors.delete(partition);
      lost = true;
      say("revoked", partition);
    },
    deliver: async () => {},
  },
);
for (;;) {
  await systemClock.sleep(100);
  for (const [partition, transactor] of transactors) {
    const value = Buffer.from("zombie");
    const record = { topic: "history", partition, key: "s1", value, headers: {} };
    await transactor.commit([record], 0).then(
      () => say("committed", partition),
      (error: unknown) => {
        transactors.delete(partition);
        lost = true;
        say(error instanceof MmmError ? error.code : String(error), partition);
      },
    );
  }
}
