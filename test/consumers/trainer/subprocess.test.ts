/** An outside program as the trainer: what it is told, what it may answer, how it may fail. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  createSubprocessTraining,
  type RunProcess,
} from "../../../consumers/trainer/subprocess.ts";
import { TRAINER_SETTINGS } from "../../../consumers/trainer-settings.ts";
import { runProcess } from "../../../infra/subprocess.ts";
import { evaluateLockedTest } from "../../../model/locked-test.ts";
import { assessForecast } from "../../../model/forecast.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();
const dataset = smallDataset();
const load = async () => ({ dataset, digest: "digest-of-data" });
const job = {
  seed: 3,
  businessUnit: "unit",
  baseline: null,
  dataDigest: null,
  signal: new AbortController().signal,
};
const PYTHON = process.env["PYTHON"] ?? "python3";
const hasPython = spawnSync(PYTHON, ["--version"]).status === 0;

function trainingBy(command: readonly string[], run: RunProcess = runProcess, timeout_s = 60) {
  const settings = TRAINER_SETTINGS.parse({ kind: "subprocess", command, timeout_s });
  if (settings.kind !== "subprocess") throw new Error("not a subprocess");
  return createSubprocessTraining({ load, run, settings });
}

type Answer = Awaited<ReturnType<RunProcess>>;

function answering(answer: Partial<Answer>, seen?: { input: string }): RunProcess {
  return async (_command, input) => {
    if (seen !== undefined) seen.input = input;
    return { end: "exit", exitCode: 0, stdout: "", stderr: "", detail: "", ...answer };
  };
}

async function failureOf(work: Promise<unknown>): Promise<MmmError> {
  const error: unknown = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!(error instanceof MmmError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

const METRICS = {
  mape: 0.1,
  wmape: 0.1,
  smape: 0.1,
  mase: 0.5,
  r2: 0.9,
  adj_r2: 0.9,
  mae: 10,
  rmse: 12,
  nrmse: 0.1,
};

function channelAnswer(channel: string) {
  return {
    channel,
    coefficient: 1,
    contribution_share: 0.2,
    effect_share: 0.5,
    spend_share: 0.5,
    roi: 2,
    roi_low: null,
    roi_high: null,
    mroi: 1,
  };
}

const GOOD = {
  protocol: "mmm-trainer/1",
  trainer: "fake 1",
  validation: METRICS,
  in_sample: METRICS,
  loss: 0.1,
  channels: [channelAnswer("tv"), channelAnswer("search")],
  baseline_share: 0.6,
  solver_score: 1,
  roi_stability: null,
};

const answered = (value: unknown): RunProcess => answering({ stdout: JSON.stringify(value) });

describe("a train request", () => {
  it("holds no locked period, the folds of the product and the configuration", async () => {
    const seen = { input: "" };
    await trainingBy(["fake"], answering({ stdout: JSON.stringify(GOOD) }, seen)).train(
      config,
      job,
    );
    const request = JSON.parse(seen.input) as {
      data: { dates: string[]; target: number[]; channels: { tv: { spend: number[] } } };
      folds: { train_end: number; validation_end: number }[];
      config: unknown;
      seed: number;
    };
    const trainingEnd = dataset.dates.length - config.evaluation.locked_test_weeks;
    expect(request.data.dates).toHaveLength(trainingEnd);
    expect(request.data.target).toHaveLength(trainingEnd);
    expect(request.data.channels.tv.spend).toHaveLength(trainingEnd);
    expect(request.folds.at(-1)?.validation_end).toBe(trainingEnd);
    expect(request.config).toEqual(config);
    expect(request.seed).toBe(3);
  });
});

describe("an answer", () => {
  it("becomes the event's fields, with carryover worked out from the cleared decay", async () => {
    const trained = await trainingBy(["fake"], answered(GOOD)).train(config, job);
    expect(trained.data_digest).toBe("digest-of-data");
    expect(trained.channels.map((row) => [row.channel, row.media_type])).toEqual([
      ["tv", "tv"],
      ["search", "search"],
    ]);
    expect(trained.channels[0]?.half_life_weeks).toBeCloseTo(Math.log(0.5) / Math.log(0.55), 2);
    expect(JSON.parse(trained.detail)).toEqual({ trainer: "fake 1" });
  });

  it.each([
    ["that is not JSON", "half of it", /not JSON/],
    ["with an unknown key", JSON.stringify({ ...GOOD, verdict: "cleared" }), /verdict/],
    ["without a loss", JSON.stringify({ ...GOOD, loss: undefined }), /loss/],
    ["with a loss that is no number", JSON.stringify({ ...GOOD, loss: "0.1" }), /loss/],
    ["of another protocol", JSON.stringify({ ...GOOD, protocol: "mmm-trainer/9" }), /protocol/],
    [
      "with channels in another order",
      JSON.stringify({ ...GOOD, channels: GOOD.channels.toReversed() }),
      /channels/,
    ],
    [
      "with a channel missing",
      JSON.stringify({ ...GOOD, channels: GOOD.channels.slice(1) }),
      /channels/,
    ],
    [
      "that says no",
      JSON.stringify({ protocol: "mmm-trainer/1", error: "no sampler" }),
      /says: no sampler/,
    ],
  ])("%s is refused by name", async (_name, stdout, reason) => {
    const error = await failureOf(trainingBy(["fake"], answering({ stdout })).train(config, job));
    expect(error.code).toBe("trainer_failed");
    expect(error.retriable).toBe(false);
    expect(error.message).toMatch(reason);
  });
});

describe("a program that fails", () => {
  it.each([
    [
      { end: "exit", exitCode: 3, stderr: "Traceback: boom" },
      /exit code 3; it said: Traceback: boom/,
    ],
    [{ end: "timeout" }, /longer than 60 s \(trainer\.timeout_s\)/],
    [{ end: "output_limit" }, /more than 16 MB/],
    [{ end: "not_started", detail: "ENOENT" }, /could not be started: ENOENT/],
    [{ end: "signal", detail: "SIGSEGV" }, /SIGSEGV/],
  ] as const)("is a clear failure: %o", async (answer, reason) => {
    const error = await failureOf(trainingBy(["fake"], answering(answer)).train(config, job));
    expect(error.code).toBe("trainer_failed");
    expect(error.message).toMatch(reason);
    expect(error.message).not.toContain("\n");
  });
});

describe("the locked test by an outside program", () => {
  it("is judged by the product's own rule", async () => {
    const final = { ...METRICS, wmape: 0.4 };
    const answer = {
      protocol: "mmm-trainer/1",
      trainer: "fake 1",
      baseline: METRICS,
      final,
      final_fold_wmape: [0.1, 0.12],
    };
    const training = trainingBy(["fake"], answered(answer));
    const result = await training.lockedTest({ baseline: config, final: config }, job);
    expect(result.contradicts).toBe(true);
    expect(result.weeks).toBe(13);
  });
});

describe.skipIf(!hasPython)(
  `the reference trainer${hasPython ? "" : " (skipped: no python3)"}`,
  () => {
    const command = [PYTHON, "examples/trainers/reference_trainer.py"];

    it("fits what the engine fits", { timeout: 60_000 }, async () => {
      const trained = await trainingBy(command).train(config, job);
      const engine = assessForecast(dataset, config);
      expect(trained.loss).toBeCloseTo(engine.loss, 8);
      expect(trained.validation.r2).toBeCloseTo(engine.validation.mean.r2 ?? 0, 6);
      expect(trained.validation.mase).toBeCloseTo(engine.validation.mean.mase ?? 0, 6);
      expect(trained.in_sample.adj_r2).toBeCloseTo(engine.in_sample.adj_r2 ?? 0, 6);
      for (const [at, channel] of engine.channels.entries()) {
        expect(trained.channels[at]?.roi).toBeCloseTo(channel.roi ?? 0, 5);
        expect(trained.channels[at]?.mroi).toBeCloseTo(channel.mroi ?? 0, 4);
      }
      expect(trained.baseline_share).toBeCloseTo(engine.baseline.share, 6);
    });

    it("judges the locked weeks as the engine does", { timeout: 60_000 }, async () => {
      const final = smallConfig({ training: { l2_penalty: 0.1 } });
      const result = await trainingBy(command).lockedTest({ baseline: config, final }, job);
      const engine = evaluateLockedTest(dataset, final);
      expect(result.final.wmape).toBeCloseTo(engine.metrics.wmape ?? 0, 8);
      expect(result.contradicts).toBe(engine.contradiction.contradicts);
    });

    it("says no in the protocol's own way", { timeout: 60_000 }, async () => {
      const odd = smallConfig({
        data: { path: "x", date: "date", target: "sales", frequency: "daily" },
        architecture: { seasonality: { day_of_week: true } },
      });
      const settings = { kind: "subprocess" as const, command, timeout_s: 30 };
      const daily = { ...dataset, frequency: "daily" as const };
      const training = createSubprocessTraining({
        load: async () => ({ dataset: daily, digest: "" }),
        run: runProcess,
        settings: { ...settings, output_megabytes_max: 1 },
      });
      const error = await failureOf(training.train(odd, job));
      expect(error.message).toMatch(/day-of-week/);
    });
  },
);

const hasPymc =
  hasPython && spawnSync(PYTHON, ["-c", "import pymc_marketing"], { timeout: 60_000 }).status === 0;

describe.skipIf(!hasPymc)(
  `the PyMC-Marketing trainer${hasPymc ? "" : " (skipped: pymc_marketing is not installed for PYTHON)"}`,
  () => {
    const script = "examples/trainers/pymc_marketing_trainer.py";

    it("fits the small model with intervals", { timeout: 600_000 }, async () => {
      expect(existsSync(script)).toBe(true);
      const command = [PYTHON, script, "--draws", "100", "--tune", "200", "--chains", "2"];
      const quick = smallConfig({ evaluation: { folds: 2, horizon_weeks: 13 } });
      const trained = await trainingBy(command, runProcess, 590).train(quick, job);
      expect(trained.loss).toBeLessThan(0.1);
      for (const channel of trained.channels) {
        expect(channel.roi_low).toBeLessThan(channel.roi ?? 0);
        expect(channel.roi_high).toBeGreaterThan(channel.roi ?? 0);
      }
    });
  },
);
