/** `mmm explain`: a word of reports and tables in plain language. */
import type { Command } from "commander";
import { MmmError } from "../../../schemas/errors.ts";
import type { Shell } from "../../shell.ts";
import { findTerm, suggestTerms, TERMS } from "../../terms/find-term.ts";
import type { Term } from "../../terms/term.ts";
import { wrapWords } from "../../output/deployment.ts";

const EXAMPLES = `
Examples:
  mmm explain                  all terms
  mmm explain convergence
  mmm explain R-hat --json`;

const WIDTH = 92;

export function addExplainCommand(program: Command, shell: Shell): void {
  program
    .command("explain")
    .description("what a word of reports and tables means")
    .argument("[term...]", "such as convergence, R-hat, ROI, adstock")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", EXAMPLES)
    .action((words: string[], options: { json?: boolean }) => explain(shell, words, options));
}

function explain(shell: Shell, words: readonly string[], options: { json?: boolean }): void {
  const text = words.join(" ");
  if (text === "") return listTerms(shell, options);
  const term = findTerm(text);
  if (term === null) throw createUnknownTerm(text);
  shell.out(options.json === true ? JSON.stringify(term) : formatTerm(term));
}

function listTerms(shell: Shell, options: { json?: boolean }): void {
  if (options.json === true) shell.out(JSON.stringify(TERMS));
  else shell.out(wrapWords(TERMS.map(({ name }) => name).join(" · "), WIDTH).join("\n"));
}

function createUnknownTerm(text: string): MmmError {
  const near = suggestTerms(text);
  const hint = near.length > 0 ? `; perhaps ${near.slice(0, 5).join(", ")}` : "";
  return new MmmError("not_found", `no term "${text.slice(0, 60)}"${hint}; mmm explain lists all`);
}

function formatTerm({ name, also, what, read, act, more }: Term): string {
  const part = (label: string, body: string): string[] =>
    body === ""
      ? []
      : wrapWords(body, WIDTH - 9).map(
          (line, index) => `${(index === 0 ? label : "").padEnd(9)}${line}`,
        );
  return [
    `${name}  (${also.join(", ")})`,
    ...part("", what),
    ...part("read it", read),
    ...part("then", act),
    ...part("more", more),
  ].join("\n");
}
