import { describe, expect, it } from "vitest";
import { createWatchedRoute, type RouteObserver } from "../../app/route-watch.ts";
import type { RouterModel } from "../../router/classifier/router-model.ts";
import type { EventData } from "../../schemas/event.ts";

/** A model that says the same of every text. */
function always(label: string, confidence: number): RouterModel {
  const classification = {
    label,
    confidence,
    scores: { [label]: confidence },
    familiarity: 1,
    familiar: true,
    rejected: null,
    neighbours: [],
  };
  return {
    digest: label,
    confidenceThreshold: 0.5,
    judge: async () => ({ unjudged: null, language: "en", classification }),
  };
}

const task = (kind: string): EventData<"TaskStated"> => ({
  work_item: "w1",
  iteration: 1,
  attempt: 1,
  kind,
  author: "person",
  text: "could the decay of tv be lower?",
  pinned: null,
  excluded: [],
  feedback: [],
  constraints: [],
  instruction: null,
  base_digest: "",
  seed: 1,
  evaluations: 1,
  timeout_s: 1,
});

function watch(running: RouterModel, shadow: RouterModel | null) {
  const seen = { agreements: [] as number[], alarms: [] as (readonly string[])[], routed: 0 };
  const observer: RouteObserver = {
    routed: () => void (seen.routed += 1),
    shadow: (agreement) => void seen.agreements.push(agreement),
    drifted: (alarms) => void seen.alarms.push(alarms),
  };
  const route = createWatchedRoute({
    tools: { model: running, mayTake: () => true },
    shadow,
    reference: { confidence: 0.95, coverage: 0, accuracy: 0.95 },
    observer,
  });
  return { seen, route };
}

describe("a watched router", () => {
  it("is decided by the running checkpoint alone, whatever its shadow says", async () => {
    const { seen, route } = watch(always("data_scientist", 0.97), always("stakeholder", 0.99));
    const chosen = await route(task("free_text"), new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(chosen.role).toBe("data_scientist");
    expect(seen.agreements).toEqual([0]);
  });

  it("raises one alarm when confidence has fallen over a window of people's texts", async () => {
    const { seen, route } = watch(always("data_scientist", 0.6), null);
    for (let text = 0; text < 60; text += 1)
      await route(task("free_text"), new AbortController().signal);
    expect(seen.alarms).toHaveLength(1);
    expect(seen.alarms[0]?.[0]).toMatch(/confidence fell to 0\.600/);
  });

  it("does not count the session's own task texts, nor alarm while all is well", async () => {
    const low = watch(always("data_scientist", 0.6), null);
    for (let text = 0; text < 60; text += 1)
      await low.route(task("tune"), new AbortController().signal);
    const high = watch(always("data_scientist", 0.97), null);
    for (let text = 0; text < 60; text += 1)
      await high.route(task("free_text"), new AbortController().signal);
    expect([...low.seen.alarms, ...high.seen.alarms]).toEqual([]);
    expect(low.seen.routed).toBe(60);
  });
});
