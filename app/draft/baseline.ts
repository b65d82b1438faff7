/**
 * The two files of a session, drafted from what columns were taken for.
 *
 * I1. What is drafted is parsed by the program's own parsers before it is written: a draft is never a file
 *     that `mmm run` refuses for its form.
 * I2. Defaults are left out: the file holds what was decided from the data.
 */
import { MEDIA_TYPES, type MediaType } from "../../model/media-types.ts";
import { BASELINE_FIELDS } from "../../model/config.ts";
import type { ChannelGuess } from "../../tables/roles/channels.ts";
import type { Roles } from "../../tables/roles/guess.ts";
import type { Medium } from "../../tables/roles/words.ts";
import type { DataTable } from "../../tables/table.ts";

/** What is known beside the roles. */
export interface DraftFacts {
  /** As the baseline names it. */
  readonly dataPath: string;
  readonly modelId: string;
  readonly unit: string;
  readonly weekLabel: "start" | "end";
  /** Answers of a person to what the file leaves open; kept in the baseline. */
  readonly hints: {
    readonly decimal?: "point" | "comma" | undefined;
    readonly dateOrder?: "day_first" | "month_first" | undefined;
    readonly sheet?: string | undefined;
  };
}

type Draft = Record<string, unknown>;

/** Media types for media that have none of their own in a model. */
const NEAREST: Readonly<Record<Exclude<Medium, MediaType>, MediaType>> = {
  influencer: "social",
  retail_media: "display",
  affiliate: "other",
  email: "direct",
  sponsorship: "other",
};

/** The media type that a model has for a medium. */
export function findMediaType(medium: Medium): MediaType {
  const known: readonly string[] = MEDIA_TYPES;
  if (known.includes(medium)) return medium as MediaType;
  return NEAREST[medium as keyof typeof NEAREST];
}

/** `baseline_model.json`. */
export function draftBaseline(table: DataTable, roles: Roles, facts: DraftFacts): Draft {
  return {
    $schema: "./schema/baseline_model.schema.json",
    model_id: facts.modelId,
    description:
      "Drafted by mmm init; baseline_model.README.md says what was taken for what and why.",
    data: draftData(table, roles, facts),
    channels: roles.channels.map(draftChannel),
    ...draftEvaluation(table),
  };
}

function draftChannel({ name, spend, exposure, medium }: ChannelGuess): Draft {
  return {
    name,
    spend,
    ...(exposure === null ? {} : { exposure }),
    media_type: findMediaType(medium),
  };
}

function draftData(table: DataTable, roles: Roles, facts: DraftFacts): Draft {
  const { layout } = table;
  const list = (...parts: readonly string[]): string[] =>
    roles.columns.filter(({ part }) => parts.includes(part)).map(({ column }) => column);
  const [target] = list("target");
  const [multiplier] = list("target_multiplier");
  const events = list("event");
  const { decimal, dateOrder, sheet } = facts.hints;
  const optional: Draft = {
    target_multiplier: multiplier,
    geo: layout.geo === null ? undefined : { column: layout.geo },
    week_label: layout.frequency === "weekly" ? facts.weekLabel : undefined,
    decimal,
    date_order: dateOrder,
    sheet,
  };
  // Only what this program's baseline knows.
  const known = Object.entries(optional).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(BASELINE_FIELDS.shape.data.shape, name),
  );
  return {
    path: facts.dataPath,
    date: layout.date,
    target,
    frequency: layout.frequency,
    controls: list("control", "organic"),
    events,
    ...Object.fromEntries(known),
  };
}

const DAYS: Readonly<Record<string, number>> = {
  daily: 1,
  weekly: 7,
  monthly: 30.4,
  quarterly: 91,
};
/** Weeks that the usual split needs: a year to train before four folds and a locked block of 13. */
const USUAL_WEEKS = 52 + 5 * 13;
const SHARE_OF_BLOCK = 12;
const BLOCK_LEAST = 2;

/** Shorter blocks for a short history; nothing where the usual ones fit. */
function draftEvaluation(table: DataTable): Draft {
  const { layout } = table;
  const days = table.columns.find(({ name }) => name === layout.date)?.dates?.days ?? [];
  const periods = new Set(days.filter((day) => day !== null)).size;
  const weeks = (periods * (DAYS[layout.frequency ?? "weekly"] ?? 7)) / 7;
  if (weeks >= USUAL_WEEKS) return {};
  const block = Math.max(BLOCK_LEAST, Math.floor(weeks / SHARE_OF_BLOCK));
  return { evaluation: { folds: 4, horizon_weeks: block, locked_test_weeks: block } };
}

/** `business_context.json`. */
export function draftContext(roles: Roles, facts: Pick<DraftFacts, "unit">): Draft {
  const { outcome, currency, columns } = roles;
  const multiplied = columns.some(({ part }) => part === "target_multiplier");
  const unit = multiplied ? "revenue" : outcome;
  return {
    $schema: "./schema/business_context.schema.json",
    business_unit: facts.unit,
    ...(currency === null ? {} : { currency }),
    // Left out, the program's own default stands: nothing in the data says what the target is.
    ...(unit === null || unit === "unknown" ? {} : { roi_unit: unit }),
  };
}
