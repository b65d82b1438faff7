/** What a session came to, from its history. */
import { describe, expect, it } from "vitest";
import { computeSessionResults } from "../../session/results.ts";
import { computeHistoryDigest } from "../../session/audit.ts";
import type { Event } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import {
  cleared,
  givenBaseline,
  givenProposal,
  made,
  recorded,
  reviewed,
  routed,
  trained,
} from "../support/given.ts";

function accepted() {
  const given = givenProposal();
  const changes = [{ path: "hyperparameters.tv.decay", from: 0.5, to: 0.6 }];
  given.when(cleared("w1.1", "better", { config: '{"a":1}', changes }));
  given.when(trained("w1.1", "better", 0.1));
  given.when(reviewed("w1.1"));
  return given;
}

function resultsAfter(given: { readonly history: readonly Event[] }) {
  return (
    computeSessionResults(
      given.history.map((event) => recorded(event)),
      "head",
    ) ?? expect.fail("none")
  );
}

describe("the results of a session", () => {
  it("are none without events", () => {
    expect(computeSessionResults([], "")).toBeNull();
  });

  it("compare the methodology of start and end, and validation before and after", () => {
    const results = resultsAfter(accepted());
    expect(results.methodology).toMatchObject({
      digest_start: "method",
      digest_end: "method",
      unchanged: true,
    });
    expect(results.validation.baseline?.mape).toBe(0.2);
    expect(results.validation.final?.mape).toBe(0.1);
    expect(results.final_config).toEqual({ a: 1 });
    expect(results.review?.proposal).toBe("w1.1");
    expect(results.model?.proposal).toBe("w1.1");
  });

  it("hold the net change of each number, of accepted iterations alone", () => {
    const given = accepted();
    expect(resultsAfter(given).changes).toEqual([
      { path: "hyperparameters.tv.decay", from: 0.5, to: 0.6 },
    ]);
    const further = (item: string, to: number, loss: number, digest: string) => {
      given.when(routed(`${item}.1`));
      given.when(made(`${item}.1`));
      const base_digest = given.state?.accepted?.config_digest ?? "";
      const changes = [{ path: "hyperparameters.tv.decay", from: 0.6, to }];
      given.when(cleared(`${item}.1`, digest, { base_digest, changes }));
      given.when(trained(`${item}.1`, digest, loss));
      given.when(reviewed(`${item}.1`));
    };
    further("w2", 0.9, 0.3, "worse");
    expect(resultsAfter(given).changes[0]?.to).toBe(0.6);
    further("w3", 0.5, 0.05, "back");
    expect(resultsAfter(given).changes).toEqual([]);
  });

  it("are null for phases that were not reached", () => {
    expect(resultsAfter(givenBaseline())).toMatchObject({
      status: "running",
      reason: null,
      decision: null,
      locked_test: null,
      deployment: null,
      iterations: [],
      changes: [],
      history: { head: "head", sealed: false },
    });
  });

  it("carry the digest of what was decided and the counts", () => {
    const given = accepted();
    const results = resultsAfter(given);
    expect(results.history.digest).toBe(computeHistoryDigest(given.history));
    expect(results.history.records).toBe(given.history.length);
    expect(results.counts).toMatchObject({ proposals_tried: 2, evaluations: 10, vetoes: 0 });
    expect(results.convergence).toMatchObject({ solver: 1, roi_stability: 0.9, search: 0.5 });
  });

  it("hold both uses of the model as the scoring of known truth reads them, with their grounds", () => {
    const grounds = {
      forecast: { figures: { locked_error: 0.05 }, reasons: [], conditions: [] },
      budget: { figures: { probability: 0.97 }, reasons: ["it gains"], conditions: [] },
      experiment: null,
      flags: [],
      notes: [],
    };
    const decided = (text: string | null): Event => ({
      type: "DeploymentDecided",
      data: {
        decision: "approve",
        rationale: "",
        conditions: [],
        success_criteria: [],
        monitoring: [],
        rollback: "",
        next_review_weeks: 4,
        reasoner: BUILTIN_REASONER,
        forecast_use: "approve",
        budget_use: "approve",
        grounds: text,
      },
    });
    const { history } = accepted();
    const results = resultsAfter({ history: [...history, decided(JSON.stringify(grounds))] });
    expect(results.deployment).toMatchObject({ budget_use: "approve", ...grounds });
    expect(results.deployment).not.toHaveProperty("grounds");
    const bare = resultsAfter({ history: [...history, decided("{")] });
    expect(bare.deployment?.budget_use).toBe("approve");
    expect(bare.deployment).not.toHaveProperty("budget");
  });
});
