/** `mmm topics`: the topic table on the log, and how far its consumers are. */
import type { Command } from "commander";
import { version } from "./version.ts";
import { TOPIC_ROWS } from "../schemas/topics.ts";
import { asyncapiDocument } from "../infra/asyncapi.ts";
import type { UnstableRange } from "../session/ports.ts";
import { ROLE_NAMES } from "./consumers.ts";
import { lagOf } from "./observe.ts";
import { openFor, withApp } from "./open.ts";
import { settingsOf, table, withCommon, type CommonOptions, type Shell } from "./shell.ts";
import type { App } from "./wire.ts";

export function addTopicsCommand(program: Command, shell: Shell): void {
  const topics = program.command("topics").description("create or describe the topics");
  withCommon(topics.command("create"))
    .description("create what is missing; refuses a wrong partition count")
    .action(async (options: CommonOptions) => describe(shell, options, false));
  withCommon(topics.command("describe"))
    .description("partitions and records of topics that are there")
    .action(async (options: CommonOptions) => describe(shell, options, true));
  withCommon(topics.command("lag"))
    .description("what each consumer has not done, what open transactions hide, and how old it is")
    .action(async (options: CommonOptions) =>
      withApp(shell, options, (app) => lag(shell, options, app)),
    );
  withCommon(topics.command("asyncapi"))
    .description("the AsyncAPI 3 document of all topics, as JSON")
    .action((options: CommonOptions) => {
      const { log } = settingsOf(shell, options);
      const { prefix, partitions } = log;
      shell.out(
        JSON.stringify(asyncapiDocument({ version: version(), prefix, partitions }), null, 2),
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

async function lag(shell: Shell, options: CommonOptions, app: App): Promise<void> {
  const [found, unstable] = await Promise.all([lagOf(app.log, ROLE_NAMES), app.log.listUnstable()]);
  const rows = lagRows(found, unstable);
  if (options.json === true) return shell.out(JSON.stringify(rows));
  shell.out(
    table(
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

function lagRows(
  found: Awaited<ReturnType<typeof lagOf>>,
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
