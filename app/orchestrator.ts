/**
 * The library form: a session from code, without files or services.
 *
 * ```ts
 * const orchestrator = new Orchestrator({ baselineState, maxIterations: 20, convergenceThreshold: 0.95 });
 * const { finalState, stakeholderDecision } = await orchestrator.runSession();
 * console.log(`Final MAPE: ${finalState.performance.mape?.toFixed(2)} %`);
 * ```
 *
 * I1. The same consumers and guard as everywhere; in memory unless a state folder is given.
 */
import { callModel } from "../agents/data-source.ts";
import { parseModelConfig } from "../model/config.ts";
import { MmmError } from "../schemas/errors.ts";
import type { Metrics } from "../schemas/parts.ts";
import type { HistoryEntry } from "../session/audit.ts";
import { replay } from "../session/evolve.ts";
import { computeSessionResults, type SessionResults } from "../session/results.ts";
import { checkData, readData, buildSessionRequest } from "./request.ts";
import { keepData } from "./data-copies.ts";
import { runSession, type OnEscalation } from "./session-run.ts";
import { loadSettings, type Settings } from "./settings.ts";
import { ROLE_NAMES } from "./compose-consumers.ts";
import { openApp } from "./open-app.ts";

/** Validated performance: MAPE in per cent (null where the target has zeros), R², MAE. */
export interface Performance {
  readonly mape: number | null;
  readonly r2: number | null;
  readonly mae: number;
}

/** A model at one moment of a session. */
export interface MMMState {
  readonly iteration: number;
  /** Figures of the baseline are measured by the session itself; what is given here is not used. */
  readonly performance: Performance;
  /** As in `baseline_model.json`. */
  readonly model_config: Readonly<Record<string, unknown>>;
  /** As in `business_context.json`. */
  readonly business_context: Readonly<Record<string, unknown>>;
  /** In [0, 1]. */
  readonly convergence_score: number;
}

/** What one iteration came to. */
export interface IterationRecord {
  readonly iteration: number;
  readonly outcome: string;
  readonly proposal: string | null;
  readonly loss: number | null;
  readonly best_loss: number;
  readonly convergence_score: number;
}

/** All iterations, and every event behind them with its place in the hash chain. */
export interface MMMHistory {
  readonly iterations: readonly IterationRecord[];
  readonly events: readonly HistoryEntry["line"][];
  readonly head: string;
}

export interface OrchestratorOptions {
  readonly baselineState: MMMState;
  readonly maxIterations?: number;
  readonly convergenceThreshold?: number;
  readonly seed?: number;
  /** Who asks, for the history. */
  readonly requestedBy?: string;
  /** Folder that keeps the session over crashes; in memory without it. */
  readonly stateDir?: string;
  readonly onEscalation?: OnEscalation;
  readonly settings?: Settings;
  readonly signal?: AbortSignal;
}

export interface SessionOutcome {
  readonly finalState: MMMState;
  /** approve, approve_with_conditions or reject; null when the session did not get so far. */
  readonly stakeholderDecision: string | null;
  readonly history: MMMHistory;
  readonly results: SessionResults;
}

export class Orchestrator {
  readonly #options: OrchestratorOptions;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
  }

  /**
   * Runs a session to its end. Rejects with an MmmError: `config_invalid` or `data_invalid` before
   * anything is written, `session_failed` when the baseline cannot be used.
   */
  async runSession(): Promise<SessionOutcome> {
    const options = this.#options;
    const settings = options.settings ?? loadSettings(null, {});
    const request = await toSessionRequest(options, settings);
    const stored = options.stateDir !== undefined;
    const app = await openApp({
      settings: stored ? settings : { ...settings, log: { ...settings.log, kind: "memory" } },
      stateDir: options.stateDir ?? "",
    });
    try {
      const running = await app.start(ROLE_NAMES);
      try {
        const entries = await runSession(app, {
          request,
          producer: "library",
          onEscalation: options.onEscalation ?? "keep",
          signal: options.signal ?? new AbortController().signal,
          onEvent: () => {},
        });
        return toSessionOutcome(options.baselineState, entries);
      } finally {
        await running.stop();
      }
    } finally {
      await app.close();
    }
  }
}

async function toSessionRequest(options: OrchestratorOptions, settings: Settings) {
  const { baselineState, maxIterations, convergenceThreshold } = options;
  const config = callModel(() => parseModelConfig(baselineState.model_config));
  const data = readData(config);
  await checkData(config, data);
  if (options.stateDir !== undefined) keepData(options.stateDir, data.digest, data.bytes);
  return buildSessionRequest({
    config,
    context: baselineState.business_context,
    settings,
    requestedBy: options.requestedBy ?? "library",
    dataDigest: data.digest,
    flags: {
      seed: options.seed ?? 1,
      ...(maxIterations === undefined ? {} : { maxIterations }),
      ...(convergenceThreshold === undefined ? {} : { convergenceThreshold }),
    },
  });
}

function toSessionOutcome(baseline: MMMState, entries: readonly HistoryEntry[]): SessionOutcome {
  const events = entries.map((entry) => entry.event);
  const last = entries.at(-1);
  const state = replay(events);
  const results = last === undefined ? null : computeSessionResults(events, last.line.hash);
  if (last === undefined || state === null || results === null)
    throw new MmmError("internal", "no history was written");
  const accepted = state.accepted;
  if (state.status === "failed" || accepted === null) {
    throw new MmmError("session_failed", `the session failed: ${results.reason ?? "unknown"}`);
  }
  return {
    finalState: {
      iteration: state.iteration,
      performance: toPerformance(accepted.trained?.validation ?? null, baseline.performance),
      model_config: JSON.parse(accepted.config) as Record<string, unknown>,
      business_context: baseline.business_context,
      convergence_score: state.convergence,
    },
    stakeholderDecision: state.decision,
    history: {
      iterations: results.iterations.map(toIterationRecord),
      events: entries.map((entry) => entry.line),
      head: last.line.hash,
    },
    results,
  };
}

function toPerformance(metrics: Metrics | null, otherwise: Performance): Performance {
  if (metrics === null) return otherwise;
  const { mape, r2, mae } = metrics;
  return { mape: mape === null ? null : mape * 100, r2, mae };
}

function toIterationRecord(row: SessionResults["iterations"][number]): IterationRecord {
  const { iteration, outcome, proposal, loss, best_loss, convergence } = row;
  return { iteration, outcome, proposal, loss, best_loss, convergence_score: convergence };
}
