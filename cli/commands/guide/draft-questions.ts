/**
 * What a person is asked while files are drafted.
 *
 * I1. Every question has a default that Enter takes; without somebody to ask, the default stands.
 * I2. An answer that is none of the choices is asked for again, three times at most.
 */
import { PAID_BY_NAME } from "../../../tables/roles/channels.ts";
import type { Roles } from "../../../tables/roles/guess.ts";
import type { WeekLabel } from "../../../tables/roles/week-label.ts";
import { MEDIUM_WORDS, type Medium } from "../../../tables/roles/words.ts";
import type { DataTable, ReadHints } from "../../../tables/table.ts";

/** Puts a line to a person and gives the answer. */
export type Ask = (question: string) => Promise<string>;

export type DraftHints = Pick<ReadHints, "decimal" | "dateOrder" | "sheet">;

const TRIES = 3;

async function askChoice<T extends string>(
  ask: Ask,
  question: string,
  { choices, preset }: { readonly choices: readonly T[]; readonly preset: T },
): Promise<T> {
  for (let turn = 0; turn < TRIES; turn += 1) {
    const answer = (await ask(`${question} (${choices.join(", ")}) [${preset}] `)).trim();
    if (answer === "") return preset;
    const found = choices.find((choice) => choice.toLowerCase() === answer.toLowerCase());
    if (found !== undefined) return found;
  }
  return preset;
}

/** Answers to what the file's own spelling leaves open; the same object where nothing was asked. */
export async function askHints<T extends DraftHints>(
  ask: Ask | null,
  { problems }: DataTable,
  given: T,
): Promise<T> {
  if (ask === null) return given;
  const open = (code: string) => problems.find((problem) => problem.code === code)?.message;
  let hints = given;
  const dates = given.dateOrder === undefined ? open("date_ambiguous") : undefined;
  if (dates !== undefined) {
    const choices = ["day_first", "month_first"] as const;
    const dateOrder = await askChoice(ask, `${dates}?`, { choices, preset: "day_first" });
    hints = { ...hints, dateOrder };
  }
  const numbers = given.decimal === undefined ? open("number_ambiguous") : undefined;
  if (numbers !== undefined) {
    const choices = ["point", "comma"] as const;
    const decimal = await askChoice(ask, `${numbers}; decimal sign?`, { choices, preset: "point" });
    hints = { ...hints, decimal };
  }
  return hints;
}

/** The day of a week that its date is. */
export async function askWeekLabel(ask: Ask | null, guess: WeekLabel): Promise<WeekLabel> {
  if (ask === null || guess.sure) return guess;
  const label = await askChoice(ask, `Is a week's date its first or last day: ${guess.why}?`, {
    choices: ["start", "end"],
    preset: guess.label,
  });
  return { label, why: "you said so", sure: true };
}

/** The column to explain; null where nobody was asked. */
export async function askTarget(ask: Ask | null, roles: Roles): Promise<string | null> {
  const target = roles.columns.find(({ part }) => part === "target");
  if (ask === null || target === undefined || target.sure) return null;
  const choices = roles.targets.includes(target.column)
    ? roles.targets
    : [target.column, ...roles.targets];
  return askChoice(ask, "Which column is to be explained?", { choices, preset: target.column });
}

/** The kind of each channel whose name does not say it. */
export async function askMedia(ask: Ask | null, roles: Roles): Promise<Roles> {
  if (ask === null) return roles;
  const choices: Medium[] = [...new Set(MEDIUM_WORDS.map(([medium]) => medium)), "other"];
  const channels = [];
  const asked = new Set<string>();
  for (const channel of roles.channels) {
    if (channel.mediumKnown) channels.push(channel);
    else {
      const question = `What kind of medium is ${channel.name}?`;
      const medium = await askChoice(ask, question, { choices, preset: "other" });
      channels.push({ ...channel, medium, mediumKnown: true });
      asked.add(channel.spend);
    }
  }
  // What a person has said is no guess any more.
  const columns = roles.columns.map((role) =>
    asked.has(role.column) && role.why.startsWith(PAID_BY_NAME) ? { ...role, sure: true } : role,
  );
  return { ...roles, channels, columns };
}
