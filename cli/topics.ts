/** `mmm topics`: the topic table on the log. */
import type { Command } from "commander";
import { version } from "./version.ts";
import { TOPIC_ROWS } from "../schemas/topics.ts";
import { asyncapiDocument } from "../infra/asyncapi.ts";
import { openFor } from "./open.ts";
import { settingsOf, table, withCommon, type CommonOptions, type Shell } from "./shell.ts";

export function addTopicsCommand(program: Command, shell: Shell): void {
  const topics = program.command("topics").description("create or describe the topics");
  withCommon(topics.command("create"))
    .description("create what is missing; refuses a wrong partition count")
    .action(async (options: CommonOptions) => describe(shell, options));
  withCommon(topics.command("describe"))
    .description("partitions and records")
    .action(async (options: CommonOptions) => describe(shell, options));
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

/** Opening the log creates what is missing, so both end with the same picture. */
async function describe(shell: Shell, options: CommonOptions): Promise<void> {
  const app = await openFor(shell, options);
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
