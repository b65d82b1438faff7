import { describe, expect, it } from "vitest";
import {
  CANCELLATION,
  DECISION,
  IDEMPOTENCY_KEY,
  PROPOSAL,
  START_REQUEST,
} from "../../../api/sessions/requests.ts";

const start = { baseline: {}, business_context: { business_unit: "emea" } };

describe("bodies about sessions", () => {
  it("never say who acts", () => {
    const decision = { escalation: "e", choice: "resume", reason: "r" };
    expect(DECISION.parse(decision)).toEqual({ ...decision, instruction: null });
    expect(DECISION.safeParse({ ...decision, decided_by: "ceo" }).success).toBe(false);
    expect(START_REQUEST.safeParse({ ...start, requested_by: "ceo" }).success).toBe(false);
  });

  it("fill in what may be left out", () => {
    expect(START_REQUEST.parse(start)).toMatchObject({ limits: {}, seed: 1 });
    expect(CANCELLATION.parse(undefined)).toEqual({ reason: "cancelled on request" });
  });

  it("are bounded", () => {
    expect(PROPOSAL.safeParse({ text: "" }).success).toBe(false);
    expect(PROPOSAL.safeParse({ text: "x".repeat(20_001) }).success).toBe(false);
    const limits = { max_iterations: 1_001 };
    expect(START_REQUEST.safeParse({ ...start, limits }).success).toBe(false);
    expect(IDEMPOTENCY_KEY.safeParse("a b").success).toBe(false);
    expect(IDEMPOTENCY_KEY.safeParse("x".repeat(200)).success).toBe(true);
  });
});
