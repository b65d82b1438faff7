/** `mmm compare`: sessions or results side by side. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { requireNamedHistory } from "../../../app/history-reader.ts";
import { readJsonFile } from "../../../infra/files.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { computeSessionResults, type SessionResults } from "../../../session/results.ts";
import { withApp } from "../../open.ts";
import { compareResults, formatComparison, requireResults } from "../../output/comparison.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../../shell.ts";

const EXAMPLES = `
Examples:
  mmm compare results/optimization_results.json other/optimization_results.json
  mmm compare latest 77ab… --json

Sessions are read from --state-dir, forks too. Returns with 90 % intervals; what differs is marked *.`;

export function addCompareCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("compare"))
    .description("sessions or results side by side")
    .argument(
      "<results-or-session...>",
      "optimization_results.json, or a session (id, its first letters, latest)",
    )
    .addHelpText("after", EXAMPLES)
    .action(async (names: readonly string[], options: CommonOptions) => {
      if (names.length < 2) throw new MmmError("usage", "compare needs two results or sessions");
      const found: SessionResults[] = [];
      for (const name of names) found.push(await readCompared(shell, options, name));
      const comparison = compareResults(found);
      if (options.json === true) shell.out(JSON.stringify(comparison));
      else shell.out(formatComparison(comparison));
    });
}

async function readCompared(
  shell: Shell,
  options: CommonOptions,
  name: string,
): Promise<SessionResults> {
  if (existsSync(name)) return requireResults(readJsonFile(name), name);
  return withApp(shell, options, async (app) => {
    const entries = await requireNamedHistory(app, name);
    const events = entries.map(({ event }) => event);
    const results = computeSessionResults(events, entries.at(-1)?.line.hash ?? "");
    if (results === null) throw new MmmError("not_found", `no session "${name}"`);
    return results;
  });
}
