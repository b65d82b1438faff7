/**
 * OpenTelemetry of model calls by the conventions for generative AI: a span per question of an
 * agent, metrics per role and model. Without a registered SDK all of it does nothing.
 *
 * Owns: names and attributes. Not: HTTP attempts, whose spans the client library makes itself as
 * children.
 *
 * I1. No content: roles, models, counts, durations and codes alone.
 */
import { metrics, SpanKind, SpanStatusCode, trace, type Attributes } from "@opentelemetry/api";
import { countInputTokens, type ModelObserver } from "../../session/language-model.ts";

const SCOPE = "mmm-optimizer";
const PROVIDER = { "gen_ai.provider.name": "anthropic" };
const MS_PER_S = 1000;

export interface AgentSpan {
  readonly role: string;
  readonly model: string;
  readonly session: string;
}

export interface AgentSpanEnd {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  /** Kind of failure; null where there was an answer. */
  readonly failure: string | null;
}

/** Runs a question inside a span. */
export async function runInAgentSpan<T>(
  span: AgentSpan,
  work: () => Promise<T>,
  end: (result: T) => AgentSpanEnd,
): Promise<T> {
  const tracer = trace.getTracer(SCOPE);
  const attributes: Attributes = {
    ...PROVIDER,
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": span.role,
    "gen_ai.request.model": span.model,
    "gen_ai.conversation.id": span.session,
  };
  const options = { kind: SpanKind.INTERNAL, attributes };
  return tracer.startActiveSpan(`invoke_agent ${span.role}`, options, async (active) => {
    try {
      const result = await work();
      const { inputTokens, outputTokens, costUsd, failure } = end(result);
      active.setAttributes({
        "gen_ai.usage.input_tokens": inputTokens,
        "gen_ai.usage.output_tokens": outputTokens,
        "mmm.cost_usd": costUsd,
      });
      if (failure !== null) {
        active.setAttribute("error.type", failure);
        active.setStatus({ code: SpanStatusCode.ERROR });
      }
      return result;
    } catch (error) {
      active.setAttribute("error.type", error instanceof Error ? error.name : "unknown");
      active.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      active.end();
    }
  });
}

/** Counters and histograms of model calls. */
export function createModelMetrics(): ModelObserver {
  const meter = metrics.getMeter(SCOPE);
  const tokens = meter.createHistogram("gen_ai.client.token.usage", { unit: "{token}" });
  const duration = meter.createHistogram("gen_ai.client.operation.duration", { unit: "s" });
  const cost = meter.createCounter("mmm.model.cost", { unit: "USD" });
  const failures = meter.createCounter("mmm.model.attempt_failures");
  const retries = meter.createCounter("mmm.model.retries");
  const fallbacks = meter.createCounter("mmm.model.fallbacks");
  const answeredFromStore = meter.createCounter("mmm.model.remembered");
  const of = (role: string, model: string): Attributes => ({
    ...PROVIDER,
    "gen_ai.operation.name": "chat",
    "gen_ai.agent.name": role,
    "gen_ai.request.model": model,
  });
  return {
    answered({ role, model, usage, costUsd, ms }) {
      const about = of(role, model);
      tokens.record(countInputTokens(usage), { ...about, "gen_ai.token.type": "input" });
      tokens.record(usage.output, { ...about, "gen_ai.token.type": "output" });
      duration.record(ms / MS_PER_S, about);
      cost.add(costUsd, about);
    },
    attemptFailed({ model, code, again }) {
      const about = { ...PROVIDER, "gen_ai.request.model": model, "error.type": code };
      failures.add(1, about);
      if (again) retries.add(1, about);
    },
    fellBack({ role, reason }) {
      fallbacks.add(1, { ...PROVIDER, "gen_ai.agent.name": role, "error.type": reason });
    },
    answeredFromStore: ({ role, model }) => answeredFromStore.add(1, of(role, model)),
  };
}
