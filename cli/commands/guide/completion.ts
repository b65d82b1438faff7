/** `mmm completion`: the script that makes a shell complete commands, options and sessions. */
import { Argument, Command } from "commander";
import {
  formatCompletion,
  listCompletedCommands,
  SHELLS,
  type ShellName,
} from "../../output/completion.ts";
import type { Shell } from "../../shell.ts";

const EXAMPLES = `
Examples:
  source <(mmm completion bash)          in ~/.bashrc
  source <(mmm completion zsh)           in ~/.zshrc, after compinit
  mmm completion fish > ~/.config/fish/completions/mmm.fish`;

export function addCompletionCommand(program: Command, shell: Shell): void {
  program
    .command("completion")
    .description("completion of commands, options and sessions for bash, zsh or fish")
    .addArgument(new Argument("<shell>", "the shell").choices([...SHELLS]))
    .addHelpText("after", EXAMPLES)
    .action(async (name: ShellName) => printCompletion(shell, name));
}

async function printCompletion(shell: Shell, name: ShellName): Promise<void> {
  const { COMMANDS } = await import("../../program.ts");
  const full = new Command("mmm");
  for (const { load } of COMMANDS) (await load())(full, shell);
  shell.out(formatCompletion(name, listCompletedCommands(full)));
}
