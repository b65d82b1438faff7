/**
 * What each column of a table is in a model, guessed from its name and its values, with the reason.
 *
 * Owns: the order of the guesses. Not: which words mean what (`words.ts`), which exposure belongs to which
 * spend (`channels.ts`), nor what is done with a guess (the drafted baseline).
 *
 * I1. Pure: the same table gives the same guesses. Every column has exactly one part and a reason.
 * I2. What a model made, and other outcomes, are never taken for a cause.
 * I3. A guess that a person should look at says so (`sure` is false).
 */
import type { DataTable, TableColumn } from "../table.ts";
import { assignChannels, type ChannelGuess } from "./channels.ts";
import {
  findRowsOfGeos,
  isConstant,
  isConstantByGeo,
  isCounting,
  isNeverNegative,
} from "./values.ts";
import type { ColumnRole, Part } from "./column-role.ts";
import { spellName } from "./names.ts";
import { chooseTarget, findOutcome, type TargetChoice } from "./target.ts";
import {
  CALENDAR_NAME,
  CONTROL_WORDS,
  CURRENCY_WORDS,
  DERIVED_WORDS,
  EVENT_WORDS,
  findWord,
  MEDIATOR_WORDS,
  OUTCOME_WORDS,
  type OutcomeKind,
  RATE_WORDS,
} from "./words.ts";

export interface Roles {
  readonly columns: readonly ColumnRole[];
  readonly channels: readonly ChannelGuess[];
  /** What the target is; null without one. */
  readonly outcome: OutcomeKind | null;
  /** Other columns that could be the target, likeliest first, the chosen one included. */
  readonly targets: readonly string[];
  /** ISO 4217; null where neither names nor cells show one. */
  readonly currency: string | null;
}

/** Answers that stand before any guess. */
export interface RoleAnswers {
  readonly target?: string | undefined;
  /** Columns known to be spend, as those of a long file whose one value is spend. */
  readonly paid?: readonly string[] | undefined;
  /** Keep columns that no model could use as they stand, so that what is wrong with them can be told. */
  readonly withFaults?: boolean | undefined;
}

type Verdict = Omit<ColumnRole, "column">;

/** Text columns with more kinds than this are names or notes, not events. */
const EVENT_KINDS_MAX = 60;

/** Guesses the part of every column. */
export function guessColumnRoles(table: DataTable, answers: RoleAnswers = {}): Roles {
  const verdicts = new Map<string, Verdict>();
  const say = (column: string, part: Part, why: string, sure = true): void => {
    verdicts.set(column, { part, channel: null, why, sure });
  };
  sayStructure(table, say);
  const open = (): TableColumn[] => table.columns.filter(({ name }) => !verdicts.has(name));
  sayNoCauses(open(), say);
  if (answers.withFaults !== true) sayUnusable(table, open(), say);
  const target = chooseTarget(open(), answers.target);
  if (target !== null) sayTarget(target, open(), say);
  const channels = assignChannels(open(), (column, verdict) => verdicts.set(column, verdict), {
    paid: new Set(answers.paid),
    withFaults: answers.withFaults === true,
  });
  for (const column of open()) sayRest(column, say);
  return {
    columns: table.columns.map(({ name }) => ({
      column: name,
      ...(verdicts.get(name) ?? { part: "left_out", channel: null, why: "", sure: false }),
    })),
    channels,
    outcome: target?.outcome ?? null,
    targets: target?.candidates ?? [],
    currency: findCurrency(table.columns),
  };
}

type Say = (column: string, part: Part, why: string, sure?: boolean) => void;

function sayStructure({ layout, columns }: DataTable, say: Say): void {
  for (const { name, kind, dates } of columns) {
    if (name === layout.date) {
      say(name, "date", `dates (${dates?.form ?? "?"}), ${layout.frequency ?? "irregular"}`);
    } else if (kind === "date") say(name, "left_out", "a second column of dates");
    else if (name === layout.geo) say(name, "geo", "tells the rows of one date apart");
  }
}

/** What is no cause by its name, or has nothing to say. */
function sayNoCauses(open: readonly TableColumn[], say: Say): void {
  for (const { name, kind } of open) {
    const spelled = spellName(name);
    if (kind === "empty") say(name, "left_out", "has no values");
    else if (CALENDAR_NAME.test(spelled)) {
      say(name, "left_out", "a part of the calendar: trend and season are in the model");
    } else if (DERIVED_WORDS.test(spelled)) {
      say(name, "left_out", "by its name made by a model, not a cause");
    }
  }
}

/** What no model can use for its values, whatever its name. */
function sayUnusable(table: DataTable, open: readonly TableColumn[], say: Say): void {
  const geos = findRowsOfGeos(table);
  for (const { name, numbers } of open) {
    if (numbers === null) continue;
    if (isConstant(numbers.values)) {
      say(name, "left_out", "has one value only");
    } else if (isCounting(numbers.values, geos)) {
      say(name, "left_out", "counts the rows");
    } else if (isConstantByGeo(numbers.values, geos)) {
      say(name, "left_out", "is the same in every period of a geo");
    }
  }
}

/** The target, what it is multiplied by, and the outcomes that are none. */
function sayTarget(target: TargetChoice, open: readonly TableColumn[], say: Say): void {
  say(target.column, "target", target.why, target.sure);
  let multiplied = false;
  for (const { name, kind } of open) {
    const spelled = spellName(name);
    if (name === target.column || kind !== "number") continue;
    const isRate = RATE_WORDS.test(spelled) && findWord(OUTCOME_WORDS, spelled) === "revenue";
    if (isRate && target.outcome === "units" && !multiplied) {
      multiplied = true;
      say(name, "target_multiplier", `turns ${target.column} into revenue`);
    } else if (findOutcome(spelled) !== null) {
      say(name, "left_out", "another outcome, not a cause", target.sure);
    }
  }
}

/** Controls and events: what is neither media nor outcome. */
function sayRest(column: TableColumn, say: Say): void {
  const { name, kind, missing, texts, numbers } = column;
  const spelled = spellName(name);
  const blank = missing > 0 ? ` (blank on ${missing} rows)` : "";
  if (kind === "text") return sayText(column, say);
  if (kind === "flag" && texts.some((text) => text !== "" && Number.isNaN(Number(text)))) {
    return say(name, "event", "a yes or no for each period");
  }
  if (blank !== "") return say(name, "left_out", `a control with gaps${blank}`, false);
  if (MEDIATOR_WORDS.test(spelled)) {
    return say(name, "left_out", "usually moved by the media themselves: not a control", false);
  }
  if (kind === "flag") return say(name, "control", "0 or 1: an event or a holiday");
  if (EVENT_WORDS.test(spelled)) return say(name, "control", "by its name an event or a promotion");
  if (CONTROL_WORDS.test(spelled)) {
    return say(name, "control", "by its name a condition that moves sales");
  }
  const signed = numbers !== null && !isNeverNegative(numbers.values);
  const why = signed
    ? "has values below 0: no medium"
    : "a number that is neither outcome nor medium";
  say(name, "control", why, signed);
}

function sayText({ name, texts }: TableColumn, say: Say): void {
  const kinds = new Set(texts.filter((text) => text !== "")).size;
  const named = EVENT_WORDS.test(spellName(name));
  if (kinds < 2 && !named) return say(name, "left_out", "text that is the same everywhere");
  const few = kinds <= EVENT_KINDS_MAX && kinds <= texts.length / 2;
  if (named && few) return say(name, "event", "by its name events, told in words");
  const usual = Math.max(...countTexts(texts).values());
  if (few && usual > texts.length / 2) {
    return say(name, "event", "words that are there in some periods only", false);
  }
  say(name, "left_out", "text, neither dates nor events");
}

function countTexts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

const SYMBOL_CODES: Readonly<Record<string, string>> = {
  "€": "EUR",
  $: "USD",
  US$: "USD",
  "£": "GBP",
  "¥": "JPY",
};

/** The currency that most columns with one show. */
function findCurrency(columns: readonly TableColumn[]): string | null {
  const seen = columns.flatMap(({ name, numbers }) => {
    const shown = numbers?.style.currency ?? "";
    const code = SYMBOL_CODES[shown] ?? (/^[A-Z]{3}$/.test(shown) ? shown : null);
    const word = code ?? findWord(CURRENCY_WORDS, spellName(name));
    return word === null ? [] : [word];
  });
  const [most] = [...countTexts(seen)].toSorted(([, a], [, b]) => b - a);
  return most?.[0] ?? null;
}
