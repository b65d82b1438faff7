/**
 * Budgets in tokens and money, per session and per business unit, enforced before a request is made.
 *
 * I1. A request is made only when its worst case fits both budgets; afterwards what it really took
 *     is booked, to the token.
 * I2. A request that gave no answer takes nothing: there is no usage to know it by.
 */
import { createBoundedCache, getOrMake } from "../../schemas/bounded-cache.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { SnapshotStore } from "../../session/ports.ts";
import { readState } from "../../session/stages.ts";
import { openLedger, type Ledger, type LedgerTools, type Limits } from "./ledger.ts";
import { NOTHING, toNanos, addAmounts, type Amount } from "./prices.ts";
import type { ClaudeSettings } from "./settings.ts";

export interface Payer {
  readonly session: string;
  readonly businessUnit: string;
  /** When the reservation was made, milliseconds since 1970: the period that pays. */
  readonly at: number;
}

export interface Budgets {
  /** Rejects with `budget_exhausted` when the worst case does not fit. */
  reserve(payer: Payer, id: string, worst: Amount): Promise<void>;
  /** Books what was really spent; a second time changes nothing. */
  settle(payer: Payer, id: string, used: Amount): Promise<void>;
}

export interface BudgetTools extends Pick<LedgerTools, "store"> {
  /** Of the sessions whose history an empty ledger starts from. */
  readonly snapshots: Pick<SnapshotStore, "load" | "list">;
  readonly writer: string;
  readonly now: () => number;
  /** How long a reservation counts without being settled. */
  readonly holdMs: number;
}

/** Who pays for the guard's judge, whose verdicts belong to no session. */
export const GUARD_PAYER = "(guard)";

/** Ledgers kept open at once; the rest is found again in the store. */
const LEDGERS_MAX = 500;

/** The name of a session's ledger. */
export function nameSessionLedger(session: string): string {
  return `claude/spent/session/${session}`;
}

/** The name of the ledger of the guard's judge at a moment. */
export function guardLedger(settings: ClaudeSettings["budgets"], at: number): string {
  return `claude/spent/guard/${computePeriodStart(settings.guard.period, at)}`;
}

export function createBudgets(settings: ClaudeSettings["budgets"], tools: BudgetTools): Budgets {
  const ledgers = createBoundedCache<string, Ledger>(LEDGERS_MAX);
  const ledgerTools: LedgerTools = tools;
  const named = (name: string, opening: () => Promise<Amount>): Ledger =>
    getOrMake(ledgers, name, () => openLedger(ledgerTools, { name, opening }));
  const scopesOf = (payer: Payer): readonly (readonly [string, Ledger, Limits])[] => {
    if (payer.session === GUARD_PAYER) {
      const name = guardLedger(settings, payer.at);
      return [["the guard", named(name, async () => NOTHING), toLedgerLimits(settings.guard)]];
    }
    const start = computePeriodStart(settings.business_unit.period, payer.at);
    const unit = payer.businessUnit;
    return [
      [
        `session ${payer.session}`,
        named(nameSessionLedger(payer.session), () =>
          readSessionSpending(tools.snapshots, payer.session),
        ),
        toLedgerLimits(settings.session),
      ],
      [
        `business unit ${unit}`,
        named(`claude/spent/unit/${start}/${unit}`, () =>
          sumUnitSpending(tools.snapshots, unit, start),
        ),
        toLedgerLimits(settings.business_unit),
      ],
    ];
  };
  return {
    async reserve(payer, id, worst) {
      const expires = payer.at + tools.holdMs;
      const held: Ledger[] = [];
      for (const [name, ledger, limits] of scopesOf(payer)) {
        if (await ledger.reserve(id, { ...worst, expires }, limits)) {
          held.push(ledger);
          continue;
        }
        for (const other of held) await other.settle(id, NOTHING);
        const message = `the budget of ${name} does not allow another request to Claude`;
        throw new MmmError("budget_exhausted", message);
      }
    },
    async settle(payer, id, used) {
      for (const [, ledger] of scopesOf(payer)) await ledger.settle(id, used);
    },
  };
}

function toLedgerLimits(budget: { tokens: number | null; usd: number | null }): Limits {
  return { tokens: budget.tokens, nanos: budget.usd === null ? null : toNanos(budget.usd) };
}

/** First moment of the period as RFC 3339; "" for all time. */
function computePeriodStart(period: "ever" | "month" | "day", now: number): string {
  const time = new Date(now).toISOString();
  if (period === "month") return `${time.slice(0, 7)}-01T00:00:00.000Z`;
  return period === "day" ? `${time.slice(0, 10)}T00:00:00.000Z` : "";
}

/** What the session's history counted; the ledger is newer once it exists. */
async function readSessionSpending(
  snapshots: Pick<SnapshotStore, "load">,
  session: string,
): Promise<Amount> {
  const snapshot = await snapshots.load(session);
  if (snapshot === null) return NOTHING;
  const { counters } = readState(snapshot.state);
  const tokens = counters.input_tokens + counters.output_tokens;
  return { tokens, nanos: toNanos(counters.cost_usd) };
}

/** Sessions read at once when a unit's ledger has to be made. */
const PAGE = 200;

/** Sums over the unit's sessions that were active in the period. */
async function sumUnitSpending(
  snapshots: BudgetTools["snapshots"],
  unit: string,
  since: string,
): Promise<Amount> {
  let sum = NOTHING;
  for (let after: string | undefined; ; ) {
    const page = await snapshots.list({
      business_unit: unit,
      limit: PAGE,
      ...(since === "" ? {} : { since }),
      ...(after === undefined ? {} : { after }),
    });
    for (const { session } of page)
      sum = addAmounts(sum, await readSessionSpending(snapshots, session));
    after = page.at(-1)?.session;
    if (page.length < PAGE) return sum;
  }
}
