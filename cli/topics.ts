/** `mmm topics`: the topic table on the log, and how far its consumers are. */
import type { Command } from "commander";
import { version } from "./version.ts";
import { TOPIC_ROWS } from "../schemas/topics.ts";
import { asyncapiDocument } from "../infra/asyncapi.ts";
import { ROLE_NAMES } from "./consumers.ts";
import { lagOf } from "./observe.ts";
import { openFor, withApp } from "./open.ts";
import { settingsOf, table, withCommon, type CommonOptions, type Shell } from "./shell.ts";
import type { App } from "./wire.ts";

/** Help texts by subcommand. */
const EXAMPLES = {
  create: `
Examples:
  mmm topics create
  mmm topics create --log kafka        on the brokers of KAFKA_BROKERS

A topic that is there is left as it is; one with another partition count ends with exit code 32.`,
  describe: `
Examples:
  mmm topics describe
  mmm topics describe --log kafka --json`,
  lag: `
Examples:
  mmm topics lag
  mmm topics lag --log kafka --json    one row a consumer and topic`,
  asyncapi: `
Examples:
  mmm topics asyncapi > asyncapi.json`,
} as const;

export function addTopicsCommand(program: Command, shell: Shell): void {
  const topics = program.command("topics").description("create or describe the topics");
  withCommon(topics.command("create"))
    .description("create what is missing; refuses a wrong partition count")
    .addHelpText("after", EXAMPLES.create)
    .action(async (options: CommonOptions) => describe(shell, options, false));
  withCommon(topics.command("describe"))
    .description("partitions and records of topics that are there")
    .addHelpText("after", EXAMPLES.describe)
    .action(async (options: CommonOptions) => describe(shell, options, true));
  withCommon(topics.command("lag"))
    .description("what each consumer has not done, and how old the oldest of it is")
    .addHelpText("after", EXAMPLES.lag)
    .action(async (options: CommonOptions) =>
      withApp(shell, options, (app) => lag(shell, options, app)),
    );
  withCommon(topics.command("asyncapi"))
    .description("the AsyncAPI 3 document of all topics, as JSON")
    .addHelpText("after", EXAMPLES.asyncapi)
    .action((options: CommonOptions) => {
      const { log } = settingsOf(shell, options);
      const { prefix, partitions } = log;
      shell.out(
        JSON.stringify(asyncapiDocument({ version: version(), prefix, partitions }), null, 2),
      );
    });
}

async function lag(shell: Shell, options: CommonOptions, app: App): Promise<void> {
  const found = await lagOf(app.log, ROLE_NAMES);
  const rows = found.flatMap(({ consumer, lag: places }) =>
    [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, own]) => ({
      consumer,
      topic,
      records: own.reduce((sum, { high, committed }) => sum + high - committed, 0),
      oldest_s: Math.max(0, ...own.map(({ oldestMs }) => oldestMs ?? 0)) / 1_000,
      partitions: own.filter(({ high, committed }) => high > committed).length,
    })),
  );
  if (options.json === true) return shell.out(JSON.stringify(rows));
  shell.out(
    table(
      ["consumer", "topic", "waiting", "partitions", "oldest"],
      rows.map(({ consumer, topic, records, oldest_s, partitions }) => [
        consumer,
        topic,
        String(records),
        String(partitions),
        records === 0 ? "" : `${oldest_s.toFixed(1)} s`,
      ]),
    ),
  );
}

/** Opening the log for `create` makes what is missing, so both end with the same picture. */
async function describe(shell: Shell, options: CommonOptions, mustExist: boolean): Promise<void> {
  const app = await openFor(shell, options, { mustExist });
  try {
    const states = await app.log.describe();
    if (options.json === true) return shell.out(JSON.stringify(states));
    const kept = new Map(TOPIC_ROWS.map((row) => [row.topic, row]));
    shell.out(
      table(
        ["topic", "partitions", "records", "kept"],
        states.map(({ topic, partitions, ranges }) => [
          topic,
          String(partitions),
          String(ranges.reduce((sum, range) => sum + range.high - range.low, 0)),
          keptFor(kept.get(topic)?.keepDays),
        ]),
      ),
    );
  } finally {
    await app.close();
  }
}

function keptFor(days: number | null | undefined): string {
  if (days === undefined) return "";
  return days === null ? "for ever" : `${days} days`;
}
