/**
 * Completion scripts of bash, zsh and fish, made from the program's own commands and options.
 *
 * I1. A script holds words that commands and options are named by, nothing else: nothing of a user's is
 *     put into shell code.
 * I2. Where an option takes a file or folder the shell completes paths; sessions are asked of `mmm status`.
 */
import type { Command } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof SHELLS)[number];

/** A command with its words. */
export interface CompletedCommand {
  /** Such as `run`, or `history show`. */
  readonly path: string;
  readonly about: string;
  readonly options: readonly { readonly flag: string; readonly about: string }[];
}

/** All commands of a loaded program, groups with their members. */
export function listCompletedCommands(program: Command): CompletedCommand[] {
  const list = (command: Command, path: readonly string[]): CompletedCommand[] => [
    {
      path: path.join(" "),
      about: command.description(),
      options: command.options
        .filter(({ long }) => long !== undefined && long !== null)
        .map(({ long, description }) => ({ flag: long ?? "", about: description })),
    },
    ...command.commands.flatMap((one) => list(one, [...path, one.name()])),
  ];
  return program.commands.flatMap((command) => list(command, [command.name()]));
}

/** The script that makes a shell complete `mmm` and `mmm-optimizer`. */
export function formatCompletion(shell: ShellName, commands: readonly CompletedCommand[]): string {
  if (shell === "fish") return formatFish(commands);
  const body = formatBash(commands);
  return shell === "bash"
    ? body
    : `#compdef mmm mmm-optimizer\nautoload -U +X bashcompinit && bashcompinit\n${body}`;
}

/** Words of the first level and, by command, what may follow it. */
function groupWords(commands: readonly CompletedCommand[]): readonly (readonly [string, string])[] {
  const first = commands.filter(({ path }) => !path.includes(" ")).map(({ path }) => path);
  const rows = commands.map(({ path, options }): readonly [string, string] => {
    const members = commands
      .filter((one) => one.path.startsWith(`${path} `))
      .map((one) => one.path.slice(path.length + 1));
    return [path, [...members, ...options.map(({ flag }) => flag), "--help"].join(" ")];
  });
  return [["", [...first, "--help", "--version"].join(" ")], ...rows];
}

function formatBash(commands: readonly CompletedCommand[]): string {
  const rows = groupWords(commands)
    .map(([path, words]) => `    "${path}") words="${words}" ;;`)
    .join("\n");
  const members = commands.filter(({ path }) => path.includes(" ")).map(({ path }) => `"${path}"`);
  return `# mmm completion bash
_mmm_words() {
  local words=""
  case "$1" in
${rows}
  esac
  printf '%s' "$words"
}
_mmm_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    [[ "$word" == -* ]] && break
    if [[ -z "$path" ]]; then path="$word"; continue; fi
    case "$path $word" in
      ${members.length === 0 ? '""' : members.join("|")}) path="$path $word" ;;
    esac
    break
  done
  COMPREPLY=()
  if [[ "$before" == "--session" ]]; then
    COMPREPLY=($(compgen -W "latest $(mmm status 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$current"))
    return
  fi
  if [[ "$before" == --* && "$current" != -* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
    [[ \${#COMPREPLY[@]} -gt 0 ]] && return
  fi
  COMPREPLY=($(compgen -W "$(_mmm_words "$path")" -- "$current"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _mmm_complete mmm mmm-optimizer`;
}

function formatFish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, about, options }) => {
    const words = path.split(" ");
    const name = words.at(-1) ?? "";
    const when =
      words.length === 1
        ? "__fish_use_subcommand"
        : `__fish_seen_subcommand_from ${words[0] ?? ""}`;
    const inside = words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    return [
      `complete -c mmm -n '${when}' -a ${name} -d ${quoteFish(about)}`,
      ...options.map(({ flag, about: what }) =>
        flag === "--session"
          ? `complete -c mmm -n '${inside}' -x -l session -a "latest (mmm status 2>/dev/null | awk 'NR > 1 { print \\$1 }')" -d ${quoteFish(what)}`
          : `complete -c mmm -n '${inside}' -l ${flag.slice(2)} -d ${quoteFish(what)}`,
      ),
    ];
  });
  return ["# mmm completion fish", ...lines, "complete -c mmm-optimizer -w mmm"].join("\n");
}

function quoteFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
