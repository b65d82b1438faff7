/** `mmm topics`: the topic table on the log, and how far its consumers are. */
import type { Command } from "commander";
import { readVersion } from "../version.ts";
import { TOPIC_ROWS } from "../../schemas/topics.ts";
import { buildAsyncapiDocument } from "../../infra/kafka/asyncapi.ts";
import type { UnstableRange } from "../../session/ports.ts";
import { ROLE_NAMES } from "../../app/compose-consumers.ts";
import { readLagByRole } from "../../app/observers.ts";
import { openFor, withApp } from "../open.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";
import type { App } from "../../app/open-app.ts";

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
  withCommonOptions(topics.command("create"))
    .description("create what is missing; refuses a wrong partition count")
    .addHelpText("after", EXAMPLES.create)
    .action(async (options: CommonOptions) => describeTopics(shell, options, false));
  withCommonOptions(topics.command("describe"))
    .description("partitions and records of topics that are there")
    .addHelpText("after", EXAMPLES.describe)
    .action(async (options: CommonOptions) => describeTopics(shell, options, true));
  withCommonOptions(topics.command("lag"))
    .description("what each consumer has not done, what open transactions hide, and how old it is")
    .addHelpText("after", EXAMPLES.lag)
    .action(async (options: CommonOptions) =>
      withApp(shell, options, (app) => showLag(shell, options, app)),
    );
  withCommonOptions(topics.command("asyncapi"))
    .description("the AsyncAPI 3 document of all topics, as JSON")
    .addHelpText("after", EXAMPLES.asyncapi)
    .action((options: CommonOptions) => {
      const { log } = loadCommandSettings(shell, options);
      const { prefix, partitions } = log;
      shell.out(
        JSON.stringify(
          buildAsyncapiDocument({ version: readVersion(), prefix, partitions }),
          null,
          2,
        ),
      );
    });
}

interface LagRow {
  /** Null for a topic of which no consumer of sessions waits for anything, such as `history`. */
  readonly consumer: string | null;
  readonly topic: string;
  readonly records: number;
  readonly oldest_s: number;
  readonly partitions: number;
  /** Offsets behind a transaction that has not ended: no reader sees them. */
  readonly unstable: number;
  readonly unstable_s: number;
}

async function showLag(shell: Shell, options: CommonOptions, app: App): Promise<void> {
  const [found, unstable] = await Promise.all([
    readLagByRole(app.log, ROLE_NAMES),
    app.log.listUnstable(),
  ]);
  const rows = listLagRows(found, unstable);
  if (options.json === true) return shell.out(JSON.stringify(rows));
  shell.out(
    formatTable(
      ["consumer", "topic", "waiting", "partitions", "oldest", "unstable", "for"],
      rows.map((row) => [
        row.consumer ?? "",
        row.topic,
        String(row.records),
        String(row.partitions),
        row.records === 0 ? "" : `${row.oldest_s.toFixed(1)} s`,
        String(row.unstable),
        row.unstable === 0 ? "" : `${row.unstable_s.toFixed(1)} s`,
      ]),
    ),
  );
}

function listLagRows(
  found: Awaited<ReturnType<typeof readLagByRole>>,
  unstable: readonly UnstableRange[],
): readonly LagRow[] {
  const hidden = Map.groupBy(unstable, ({ topic }) => topic);
  const hiddenOf = (topic: string) => {
    const ranges = hidden.get(topic) ?? [];
    return {
      unstable: ranges.reduce((sum, { high, end }) => sum + end - high, 0),
      unstable_s: Math.max(0, ...ranges.map(({ oldestMs }) => oldestMs)) / 1_000,
    };
  };
  const rows = found.flatMap(({ consumer, lag: places }) =>
    [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, own]) => ({
      consumer,
      topic,
      records: own.reduce((sum, { high, committed }) => sum + high - committed, 0),
      oldest_s: Math.max(0, ...own.map(({ oldestMs }) => oldestMs ?? 0)) / 1_000,
      partitions: own.filter(({ high, committed }) => high > committed).length,
      ...hiddenOf(topic),
    })),
  );
  const read = new Set(rows.map(({ topic }) => topic));
  const others = [...hidden.keys()].filter((topic) => !read.has(topic));
  const nobody = { consumer: null, records: 0, oldest_s: 0, partitions: 0 };
  return [...rows, ...others.map((topic) => ({ ...nobody, topic, ...hiddenOf(topic) }))];
}

/** Opening the log for `create` makes what is missing, so both end with the same picture. */
async function describeTopics(
  shell: Shell,
  options: CommonOptions,
  mustExist: boolean,
): Promise<void> {
  const app = await openFor(shell, options, { mustExist });
  try {
    const states = await app.log.describe();
    if (options.json === true) return shell.out(JSON.stringify(states));
    const kept = new Map(TOPIC_ROWS.map((row) => [row.topic, row]));
    shell.out(
      formatTable(
        ["topic", "partitions", "records", "kept"],
        states.map(({ topic, partitions, ranges }) => [
          topic,
          String(partitions),
          String(ranges.reduce((sum, range) => sum + range.high - range.low, 0)),
          formatRetention(kept.get(topic)?.keepDays),
        ]),
      ),
    );
  } finally {
    await app.close();
  }
}

function formatRetention(days: number | null | undefined): string {
  if (days === undefined) return "";
  return days === null ? "for ever" : `${days} days`;
}
