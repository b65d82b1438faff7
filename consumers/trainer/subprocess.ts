/**
 * An outside program as the trainer: PyMC-Marketing, Meridian, Robyn or anything that speaks the
 * protocol of `trainer-protocol.ts`.
 *
 * I1. A program that fails, hangs, floods or answers in another form is `trainer_failed`, with the
 *     end of its stderr; it is not tried again.
 * I2. Data are read, checked and cut here; the program gets figures, never a path.
 * I3. The rule by which locked weeks contradict validation is the product's, whoever trains.
 */
import type { ModelConfig } from "../../model/config.ts";
import { compareLockedWeeks } from "../../model/evidence/locked-weeks.ts";
import { detectContradiction } from "../../model/locked-test.ts";
import { countPeriods } from "../../model/calendar.ts";
import { computeEffectDuration } from "../../model/transform/effect-duration.ts";
import { countPeriodsPerWeek } from "../../model/config.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { ChannelResult } from "../../schemas/parts.ts";
import { escapeText } from "../../session/quote.ts";
import { callModel, type LoadData } from "../../agents/data-source.ts";
import type { Trained, Training } from "./trainer.ts";
import type { TrainerSettings } from "../trainer-settings.ts";
import {
  createLockedTestRequest,
  readLocked,
  readTrained,
  trainRequest,
  type TrainedAnswer,
} from "./protocol.ts";

/** The `trainer` section of the settings. */
type SubprocessSettings = Extract<TrainerSettings, { kind: "subprocess" }>;

/** Runs a program; `infra/subprocess.ts` does. */
export type RunProcess = (
  command: readonly string[],
  input: string,
  limits: {
    readonly timeoutMs: number;
    readonly stdoutBytesMax: number;
    readonly stderrBytesMax: number;
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly end: "exit" | "signal" | "timeout" | "output_limit" | "aborted" | "not_started";
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly detail: string;
}>;

export interface SubprocessTools {
  readonly load: LoadData;
  readonly run: RunProcess;
  readonly settings: SubprocessSettings;
}

const STDERR_BYTES_MAX = 16_384;
const STDERR_CHARS_SHOWN = 800;
const MEGABYTE = 1_048_576;

/** Trains with an outside program. */
export function createSubprocessTraining(tools: SubprocessTools): Training {
  return {
    name: "subprocess",
    train: async (config, { seed, dataDigest, signal }) => {
      const { dataset, digest } = await tools.load(config, dataDigest);
      const asCleared = { ...config, training: { ...config.training, refinement_steps: 0 } };
      const request = callModel(() => trainRequest(dataset, asCleared, seed));
      const answer = readTrained(await runTrainerCommand(tools, request, signal), config);
      return convertTrainerAnswer(answer, config, digest);
    },
    lockedTest: async (configs, { dataDigest, signal }) => {
      const { dataset } = await tools.load(configs.final, dataDigest);
      const request = callModel(() => createLockedTestRequest(dataset, configs));
      const answer = readLocked(await runTrainerCommand(tools, request, signal));
      const { contradicts, rule } = detectContradiction(
        answer.final.wmape,
        answer.final_fold_wmape,
      );
      return {
        baseline: answer.baseline,
        final: answer.final,
        weeks: configs.final.evaluation.locked_test_weeks,
        contradicts,
        rule,
        comparisons: compareLockedWeeks(dataset, {
          final: answer.final_predicted ?? [],
          baseline: answer.baseline_predicted ?? [],
        }),
      };
    },
  };
}

async function runTrainerCommand(
  tools: SubprocessTools,
  request: string,
  signal: AbortSignal,
): Promise<string> {
  const { command, timeout_s, output_megabytes_max } = tools.settings;
  const done = await tools.run(command, request, {
    timeoutMs: timeout_s * 1000,
    stdoutBytesMax: Math.round(output_megabytes_max * MEGABYTE),
    stderrBytesMax: STDERR_BYTES_MAX,
    signal,
  });
  signal.throwIfAborted();
  if (done.end === "exit" && done.exitCode === 0) return done.stdout;
  const reasons = {
    exit: `ended with exit code ${done.exitCode ?? "unknown"}`,
    signal: `was ended by ${done.detail}`,
    timeout: `took longer than ${timeout_s} s (trainer.timeout_s)`,
    output_limit: `wrote more than ${output_megabytes_max} MB (trainer.output_megabytes_max)`,
    aborted: "was stopped",
    not_started: `could not be started: ${escapeText(done.detail, STDERR_CHARS_SHOWN)}`,
  } as const;
  const said = escapeText(done.stderr.trim().slice(-STDERR_CHARS_SHOWN), STDERR_CHARS_SHOWN);
  const tail = said === "" ? "" : `; it said: ${said}`;
  throw new MmmError(
    "trainer_failed",
    `The trainer ${escapeText(command[0] ?? "", 200)} ${reasons[done.end]}${tail}`,
    { data: { end: done.end, exit_code: done.exitCode } },
  );
}

function convertTrainerAnswer(
  answer: TrainedAnswer,
  config: ModelConfig,
  dataDigest: string,
): Trained {
  const { protocol: _protocol, trainer, channels, findings, ...figures } = answer;
  return {
    ...figures,
    data_digest: dataDigest,
    channels: channels.map((row, at) => convertChannelRow(row, config, at)),
    findings: findings.map((finding) => ({
      ...finding,
      severity: "info",
      message: escapeText(finding.message, 1000),
      source: escapeText(trainer, 100),
    })),
    detail: toCanonicalJson({ trainer: escapeText(trainer, 100) }),
  };
}

function convertChannelRow(
  row: TrainedAnswer["channels"][number],
  config: ModelConfig,
  at: number,
): ChannelResult {
  const channel = config.channels[at];
  const own = config.hyperparameters[row.channel] ?? { decay: 0, alpha: 0, gamma: 0 };
  const periods = countPeriodsPerWeek(config);
  const lagMax = countPeriods(config.adstock.max_lag_weeks, periods);
  return {
    ...row,
    ...own,
    media_type: channel?.media_type ?? "other",
    half_life_weeks: computeEffectDuration(own.decay, 0.5, lagMax) / periods,
    duration_90_weeks: computeEffectDuration(own.decay, 0.1, lagMax) / periods,
  };
}
