/**
 * The Data Scientist with Claude: reads diagnostics, tries candidates on the real engine, and
 * proposes when that beats the built-in search.
 *
 * I1. The built-in answer is the floor: another one is proposed only when its validated loss, as
 *     measured here, is lower by more than `WORTH_SHARE`.
 * I2. Every number proposed is in its range, rounded and measured by our engine; a figure that the
 *     model states is never passed on as ours.
 * I3. Evaluations made for Claude are counted with the built-in ones: the report says how many
 *     proposals were tried.
 */
import { formatPercent } from "../../schemas/number-text.ts";
import { z } from "zod";
import {
  computeSearchBounds,
  readTunableValues,
  type TunableBound,
} from "../../guard/specification/tunables.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { escapeText } from "../../session/quote.ts";
import type { Outcome, Question } from "./ask.ts";
import { toJsonSchema } from "./ask.ts";
import { createEngineTools, type EngineTools, type Measured } from "./engine-tools.ts";
import { render } from "./prompts.ts";
import {
  toAsker,
  describeBusinessInput,
  createChannelRows,
  describeTaskInput,
  type WrapTools,
} from "./context.ts";
import { callModel } from "../data-source.ts";
import { narrowToPlausible } from "../plausible-bounds.ts";
import type { ProposeAnswer, ProposeJob } from "../reasoners.ts";

const ANSWER = z.strictObject({
  changes: z
    .array(z.strictObject({ path: z.string().min(1).max(200), to: z.number() }))
    .min(1)
    .max(200),
  reasoning: z.string().min(1).max(3000),
});
type Answer = z.infer<typeof ANSWER>;

/** Numbers that no evaluation depends on. */
const UNSEEN: ReadonlySet<string> = new Set([
  "training.learning_rate",
  "training.refinement_steps",
]);

/** Relative gain in loss that makes another proposal worth having. */
const WORTH_SHARE = 1e-4;
const REASONING_CHARS = 1500;

export async function proposeWithClaude(
  tools: WrapTools,
  job: ProposeJob,
  builtin: ProposeAnswer,
): Promise<Outcome<ProposeAnswer>> {
  const { dataset } = await tools.load(job.base, job.dataDigest);
  const engine = callModel(() => createEngineForJob(tools, job, dataset));
  const floor = callModel(() => engine.measure(builtin.changes));
  const outcome = await tools.claude.ask(
    createProposeQuestion(tools, job, { engine, floor, builtin }),
  );
  if (outcome.failure !== null) return proposeBestTried(outcome, { engine, floor, builtin });
  const { changes, reasoning } = outcome.answer;
  const said = { ...callModel(() => engine.measure(changes)), reasoning };
  const answer = chooseBetterProposal({ engine, floor, builtin }, said);
  return { answer: { ...answer, note: outcome.note }, failure: null, note: outcome.note };
}

/** Without an answer: what Claude tried before is proposed where it beats the floor. */
function proposeBestTried(
  outcome: Extract<Outcome<Answer>, { answer: null }>,
  ground: Ground,
): Outcome<ProposeAnswer> {
  if (!isWorth(ground.engine.best, ground.floor)) return outcome;
  const { kind, detail } = outcome.failure;
  const note = { ...outcome.note, fallback: `${kind}: ${escapeText(detail, 300)}` };
  return { answer: { ...chooseBetterProposal(ground, null), note }, failure: null, note };
}

function createEngineForJob(tools: WrapTools, job: ProposeJob, dataset: Dataset): EngineTools {
  const { base, baseline, trained } = job;
  const { spec, settings } = tools;
  const bounds = computeVisibleBounds(tools, job);
  const { tools: limits } = settings;
  return createEngineTools({ dataset, base, baseline, bounds, spec, trained, limits });
}

/** Ranges of the numbers that the engine's loss depends on, the business's constraints applied. */
function computeVisibleBounds(
  tools: WrapTools,
  job: ProposeJob,
): ReadonlyMap<string, TunableBound> {
  const constraints = [...job.task.constraints, ...job.context.constraints];
  const permitted = computeSearchBounds(job.base, tools.spec, constraints);
  const bounds = narrowToPlausible(permitted, job.base, job.trained);
  return new Map([...bounds].filter(([path]) => !UNSEEN.has(path)));
}

interface Ground {
  readonly engine: EngineTools;
  readonly floor: Measured;
  readonly builtin: ProposeAnswer;
}

function createProposeQuestion(
  tools: WrapTools,
  job: ProposeJob,
  ground: Ground,
): Question<Answer> {
  const { engine, floor, builtin } = ground;
  const bounds = computeVisibleBounds(tools, job);
  const inputs = {
    task: describeTaskInput(job.task),
    business: describeBusinessInput(job.context),
    in_force: Object.fromEntries(readTunableValues(job.base)),
    bounds: createBoundRows(bounds),
    trained: createChannelRows(job.trained),
    search_result: { changes: builtin.changes, loss: floor.loss, loss_in_force: engine.startLoss },
    budget: { ...tools.settings.tools, seconds: undefined, tokens: undefined },
  };
  return {
    role: "data_scientist",
    asker: toAsker(job),
    prompt: render(tools.prompts.data_scientist, "propose", inputs, toJsonSchema(ANSWER)),
    schema: ANSWER,
    check: (answer) => checkProposedChanges(answer, bounds),
    toolbox: engine.toolbox,
  };
}

/** Our own rules: known paths, once each, within their inclusive ranges. */
function checkProposedChanges(answer: Answer, bounds: ReadonlyMap<string, TunableBound>): string[] {
  const seen = new Set<string>();
  return answer.changes.flatMap(({ path, to }) => {
    const bound = bounds.get(path);
    if (bound === undefined) return [`${escapeText(path, 100)} is not a tunable number`];
    if (seen.has(path)) return [`${path} is named twice`];
    seen.add(path);
    if (to < bound.min || to > bound.max) {
      return [`${path} ${to} is outside ${bound.min} to ${bound.max}`];
    }
    return bound.integer && !Number.isInteger(to) ? [`${path} must be a whole number`] : [];
  });
}

interface Said extends Measured {
  readonly reasoning: string;
}

/** The better of the built-in answer, Claude's answer and the best candidate that was tried. */
function chooseBetterProposal(
  { engine, floor, builtin }: Ground,
  said: Said | null,
): Omit<ProposeAnswer, "note"> {
  const evaluations = builtin.evaluations + engine.evaluations;
  const { best } = engine;
  const found = said === null || (best !== null && best.loss < said.loss) ? best : said;
  if (!isWorth(found, floor)) return { ...builtin, evaluations };
  const words = found === said ? `${escapeText(said.reasoning, REASONING_CHARS)} ` : "";
  const listed = found.changes.map(({ path, from, to }) => `${path} ${from} → ${to}`).join("; ");
  const { startLoss } = engine;
  return {
    changes: found.changes.map(({ path, to }) => ({ path, to })),
    reasoning: `${words}Measured: ${listed}. Validated wMAPE ${formatPercent(startLoss, 3)} → ${formatPercent(found.loss, 3)} (search alone ${formatPercent(floor.loss, 3)}), best of ${evaluations} evaluated configurations.`,
    searchScore:
      builtin.searchScore === null ? null : capScoreByGain(builtin.searchScore, engine, found),
    evaluations,
  };
}

function isWorth(found: Measured | null, floor: Measured): found is Measured {
  if (found === null || found.changes.length === 0) return false;
  return found.loss < floor.loss * (1 - WORTH_SHARE);
}

/** No more settled than the gain over the configuration in force allows: 0 at 5 % or more. */
function capScoreByGain(score: number, engine: EngineTools, found: Measured): number {
  const gain = engine.startLoss > 0 ? (engine.startLoss - found.loss) / engine.startLoss : 0;
  return Math.min(score, Math.max(0, 1 - gain / 0.05));
}

function createBoundRows(bounds: ReadonlyMap<string, TunableBound>): Record<string, unknown> {
  return Object.fromEntries(
    [...bounds].map(([path, { min, max, softMin, softMax }]) => [
      path,
      { min, max, usual: [softMin, softMax] },
    ]),
  );
}
