/**
 * Which columns are media: what was paid, what was seen of it, and media without money.
 *
 * I1. A spend column makes a channel; an exposure belongs to the spend of the same stem or to none.
 * I2. Where names of other columns say that they are spend, a medium's name alone does not.
 */
import type { TableColumn } from "../table.ts";
import type { ColumnRole } from "./column-role.ts";
import { findStem, nameChannel, spellName } from "./names.ts";
import { isNeverNegative, measureShared } from "./values.ts";
import {
  COMPETITOR_WORDS,
  CONTROL_WORDS,
  EVENT_WORDS,
  EXPOSURE_WORDS,
  type ExposureKind,
  findWord,
  FREQUENCY_WORDS,
  GENERIC_MEDIUM,
  MEDIATOR_WORDS,
  MEDIUM_WORDS,
  type Medium,
  ORGANIC_WORDS,
  RATE_WORDS,
  SPEND_WORDS,
} from "./words.ts";

export interface ChannelGuess {
  readonly name: string;
  readonly spend: string;
  readonly exposure: string | null;
  readonly medium: Medium;
  /** False where the name does not say which kind of medium it is. */
  readonly mediumKnown: boolean;
}

type SayRole = (column: string, verdict: Omit<ColumnRole, "column">) => void;

interface MediaColumn {
  readonly column: string;
  readonly values: Float64Array;
  readonly missing: number;
  readonly stem: string;
  readonly spelled: string;
  readonly isSpend: boolean;
  readonly exposure: ExposureKind | null;
  readonly medium: Medium | null;
  readonly generic: boolean;
}

/** Why a spend column is one beyond doubt. */
export const PAID_BY_NAME = "its name says what was paid";

/** Least share of spending rows in which a usable exposure is above 0. */
const SHARED_LEAST = 0.9;
/** The exposure that an effect is modelled on, best first. */
const EXPOSURE_ORDER: readonly ExposureKind[] = [
  "impressions",
  "grps",
  "views",
  "reach",
  "clicks",
  "sends",
];

/**
 * Says the part of every media column and returns the channels in the order of the file. `known.paid`
 * are columns known to be spend from elsewhere than their names.
 */
export function assignChannels(
  open: readonly TableColumn[],
  say: SayRole,
  known: Pick<NameHabits, "paid" | "withFaults"> = { paid: new Set(), withFaults: false },
): ChannelGuess[] {
  const habits = { suffixed: hasSuffixes(open), ...known };
  const media = open.flatMap((column) => readMediaColumn(column, habits));
  const spends = selectSpends(media, known.withFaults, say);
  const taken = new Set<string>();
  const channels = spends.map((spend) => {
    const name = nameChannel(spend.stem, taken);
    taken.add(name);
    const exposure = pairExposure(spend, media, { name, say });
    saySpend(spend, name, say);
    return describeChannel(spend, name, exposure);
  });
  sayUnpaid(media, new Set(spends.map(({ column }) => column)), say);
  return channels;
}

/** Robyn's habit: `tv_S` is spend, `tv_I` impressions, `search_clicks_P` another exposure. */
function hasSuffixes(open: readonly TableColumn[]): boolean {
  return open.filter(({ name }) => /[a-z0-9]_S$/i.test(name)).length > 1;
}

interface NameHabits {
  readonly suffixed: boolean;
  readonly paid: ReadonlySet<string>;
  /** Spend with values below 0 is kept. */
  readonly withFaults: boolean;
}

function readMediaColumn(column: TableColumn, { suffixed, paid }: NameHabits): MediaColumn[] {
  const { name, kind, numbers, missing } = column;
  if (kind !== "number" || numbers === null) return [];
  const spelled = spellName(name);
  if (RATE_WORDS.test(spelled) || COMPETITOR_WORDS.test(spelled)) return [];
  const isSpend = paid.has(name) || SPEND_WORDS.test(spelled) || (suffixed && /_S$/i.test(name));
  const worded = findWord(EXPOSURE_WORDS, spelled);
  const exposure = worded ?? (suffixed && /_[IP]$/i.test(name) ? "impressions" : null);
  const stem = findStem(spelled);
  const medium = findWord(MEDIUM_WORDS, stem) ?? findWord(MEDIUM_WORDS, spelled);
  const generic = GENERIC_MEDIUM.test(spelled);
  const isControl = [CONTROL_WORDS, EVENT_WORDS, MEDIATOR_WORDS].some((words) =>
    words.test(spelled),
  );
  const isMedia =
    isSpend || exposure !== null || FREQUENCY_WORDS.test(spelled) || medium !== null || generic;
  if (!isMedia || (isControl && !isSpend)) return [];
  const { values } = numbers;
  return [{ column: name, values, missing, stem, spelled, isSpend, exposure, medium, generic }];
}

function selectSpends(
  media: readonly MediaColumn[],
  withFaults: boolean,
  say: SayRole,
): MediaColumn[] {
  const usable = media.filter((one) => {
    if (one.isSpend && !withFaults && !isNeverNegative(one.values)) {
      say(one.column, leaveOut("spend with values below 0: correct them at the source"));
      return false;
    }
    if (one.isSpend && isTotal(one, media)) {
      say(one.column, leaveOut("the total of the other spend columns"));
      return false;
    }
    return withFaults || isNeverNegative(one.values);
  });
  const stated = usable.filter(({ isSpend }) => isSpend);
  if (stated.length > 0) return stated;
  const named = usable.filter(
    ({ exposure, spelled }) => exposure === null && !ORGANIC_WORDS.test(spelled),
  );
  if (named.length > 0) return named;
  // Exposure alone: a model needs something that media are told by.
  return usable.filter(({ spelled }) => !FREQUENCY_WORDS.test(spelled));
}

const SUM_TOLERANCE = 1e-6;

/** `total_spend`: what the others add up to. */
function isTotal(one: MediaColumn, media: readonly MediaColumn[]): boolean {
  const others = media.filter((other) => other.isSpend && other.column !== one.column);
  if (others.length < 2) return false;
  return one.values.every((value, row) => {
    const sum = others.reduce((total, { values }) => total + (values[row] ?? 0), 0);
    return Math.abs(sum - value) <= SUM_TOLERANCE * Math.max(1, Math.abs(value));
  });
}

function leaveOut(why: string, sure = true): Omit<ColumnRole, "column"> {
  return { part: "left_out", channel: null, why, sure };
}

function saySpend(spend: MediaColumn, channel: string, say: SayRole): void {
  const blank = spend.missing > 0 ? `; blank on ${spend.missing} rows` : "";
  const why = spend.isSpend
    ? PAID_BY_NAME
    : spend.exposure === null
      ? "a medium by its name, and no column is named as spend"
      : "exposure stands in: there is no spend";
  say(spend.column, {
    part: "spend",
    channel,
    why: `${why}${blank}`,
    sure: spend.isSpend && spend.missing === 0 && spend.medium !== null,
  });
}

/** The exposure of a channel's stem that an effect is modelled on; the others are left out. */
function pairExposure(
  spend: MediaColumn,
  media: readonly MediaColumn[],
  { name, say }: { readonly name: string; readonly say: SayRole },
): string | null {
  const candidates = media
    .filter(
      (one) => one !== spend && !one.isSpend && one.exposure !== null && one.stem === spend.stem,
    )
    .toSorted(
      (a, b) =>
        EXPOSURE_ORDER.indexOf(a.exposure ?? "sends") -
        EXPOSURE_ORDER.indexOf(b.exposure ?? "sends"),
    );
  let chosen: string | null = null;
  for (const one of candidates) {
    const fault = chosen === null ? findExposureFault(spend, one) : `the effect is on ${chosen}`;
    if (fault !== null) say(one.column, leaveOut(`another exposure of ${name}: ${fault}`));
    else {
      chosen = one.column;
      const why = `${one.exposure ?? "exposure"} beside ${spend.column}: the effect is modelled on it`;
      say(one.column, { part: "exposure", channel: name, why, sure: true });
    }
  }
  return chosen;
}

function findExposureFault(spend: MediaColumn, exposure: MediaColumn): string | null {
  if (exposure.missing > 0) return `blank on ${exposure.missing} rows`;
  if (!isNeverNegative(exposure.values)) return "has values below 0";
  const shared = measureShared(spend.values, exposure.values);
  return shared < SHARED_LEAST ? "often 0 where money was spent" : null;
}

function describeChannel(spend: MediaColumn, name: string, exposure: string | null): ChannelGuess {
  return {
    name,
    spend: spend.column,
    exposure,
    medium: spend.medium ?? "other",
    mediumKnown: spend.medium !== null,
  };
}

/** Media columns that are neither a channel's spend nor its exposure. */
function sayUnpaid(media: readonly MediaColumn[], spends: ReadonlySet<string>, say: SayRole): void {
  const stems = new Set(media.filter(({ column }) => spends.has(column)).map(({ stem }) => stem));
  for (const one of media) {
    if (spends.has(one.column) || (one.isSpend && !isNeverNegative(one.values))) continue;
    if (one.isSpend) continue;
    if (one.exposure !== null && stems.has(one.stem)) continue;
    if (FREQUENCY_WORDS.test(one.spelled)) {
      say(one.column, leaveOut("how often people were reached: not modelled beside reach"));
    } else if (one.missing > 0 || !isNeverNegative(one.values)) {
      say(one.column, leaveOut("a medium without spend, with gaps or values below 0", false));
    } else {
      const why = "a medium without spend: a control, no ROI";
      say(one.column, {
        part: "organic",
        channel: null,
        why,
        sure: ORGANIC_WORDS.test(one.spelled),
      });
    }
  }
}
