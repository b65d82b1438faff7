import {
  metrics,
  trace,
  type Attributes,
  type Meter,
  type MeterProvider,
  type Span,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { createModelMetrics, runInAgentSpan } from "../../../infra/telemetry/model-telemetry.ts";
import { NO_USAGE } from "../../../session/language-model.ts";

afterEach(() => {
  metrics.disable();
  trace.disable();
});

/** A meter that writes down what it is told. */
function listeningMeter() {
  const told: { name: string; value: number; attributes: Attributes }[] = [];
  const instrument = (name: string) => {
    const tell = (value: number, attributes: Attributes = {}) =>
      void told.push({ name, value, attributes });
    return { add: tell, record: tell };
  };
  const meter = { createHistogram: instrument, createCounter: instrument } as unknown as Meter;
  metrics.setGlobalMeterProvider({ getMeter: () => meter } satisfies MeterProvider);
  return told;
}

interface Seen {
  name: string;
  attributes: Attributes;
  failed: boolean;
  ended: boolean;
}

function listeningTracer() {
  const spans: Seen[] = [];
  const tracer = {
    startActiveSpan: (
      name: string,
      options: { attributes: Attributes },
      run: (span: Span) => unknown,
    ) => {
      const seen: Seen = {
        name,
        attributes: { ...options.attributes },
        failed: false,
        ended: false,
      };
      spans.push(seen);
      return run({
        setAttributes: (more: Attributes) => Object.assign(seen.attributes, more),
        setAttribute: (key: string, value: string) => (seen.attributes[key] = value),
        setStatus: () => (seen.failed = true),
        end: () => (seen.ended = true),
      } as unknown as Span);
    },
  } as unknown as Tracer;
  trace.setGlobalTracerProvider({ getTracer: () => tracer } satisfies TracerProvider);
  return spans;
}

describe("metrics of model calls", () => {
  it("count tokens, duration and cost by role and model", () => {
    const told = listeningMeter();
    createModelMetrics().answered({
      role: "stakeholder",
      model: "m",
      usage: { ...NO_USAGE, input: 10, cacheRead: 5, output: 3 },
      costUsd: 0.25,
      ms: 1500,
    });
    expect(told.map(({ name, value }) => [name, value])).toEqual([
      ["gen_ai.client.token.usage", 15],
      ["gen_ai.client.token.usage", 3],
      ["gen_ai.client.operation.duration", 1.5],
      ["mmm.model.cost", 0.25],
    ]);
    for (const { attributes } of told) {
      expect(attributes).toMatchObject({
        "gen_ai.agent.name": "stakeholder",
        "gen_ai.request.model": "m",
      });
    }
  });

  it("count failures, retries, fallbacks and remembered answers", () => {
    const told = listeningMeter();
    const observer = createModelMetrics();
    observer.attemptFailed({ model: "m", code: "overloaded", again: true });
    observer.attemptFailed({ model: "m", code: "overloaded", again: false });
    observer.fellBack({ role: "guard", reason: "refusal" });
    observer.answeredFromStore({ role: "guard", model: "m" });
    expect(told.map(({ name }) => name)).toEqual([
      "mmm.model.attempt_failures",
      "mmm.model.retries",
      "mmm.model.attempt_failures",
      "mmm.model.fallbacks",
      "mmm.model.remembered",
    ]);
  });
});

describe("the span of a question", () => {
  const SPAN = { role: "stakeholder", model: "m", session: "s1" };
  const END = { inputTokens: 10, outputTokens: 3, costUsd: 0.1, failure: null };

  it("carries role, model, session and usage, and no content", async () => {
    const spans = listeningTracer();
    expect(
      await runInAgentSpan(
        SPAN,
        async () => "secret content",
        () => END,
      ),
    ).toBe("secret content");
    expect(spans).toEqual([
      {
        name: "invoke_agent stakeholder",
        ended: true,
        failed: false,
        attributes: {
          "gen_ai.provider.name": "anthropic",
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.agent.name": "stakeholder",
          "gen_ai.request.model": "m",
          "gen_ai.conversation.id": "s1",
          "gen_ai.usage.input_tokens": 10,
          "gen_ai.usage.output_tokens": 3,
          "mmm.cost_usd": 0.1,
        },
      },
    ]);
  });

  it("ends as an error for a failure told and for one thrown", async () => {
    const spans = listeningTracer();
    await runInAgentSpan(
      SPAN,
      async () => null,
      () => ({ ...END, failure: "refusal" }),
    );
    const thrown = runInAgentSpan(
      SPAN,
      async () => Promise.reject(new Error("x")),
      () => END,
    );
    await expect(thrown).rejects.toThrow("x");
    expect(
      spans.map(({ failed, ended, attributes }) => [failed, ended, attributes["error.type"]]),
    ).toEqual([
      [true, true, "refusal"],
      [true, true, "Error"],
    ]);
  });

  it("does nothing without a registered SDK", async () => {
    expect(
      await runInAgentSpan(
        SPAN,
        async () => 7,
        () => END,
      ),
    ).toBe(7);
    createModelMetrics().fellBack({ role: "guard", reason: "refusal" });
  });
});
