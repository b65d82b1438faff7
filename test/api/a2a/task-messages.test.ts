import { describe, expect, it } from "vitest";
import { createDataPart, createTextPart, type Message } from "../../../api/a2a/sdk.ts";
import {
  getMessageText,
  parseEscalationAnswer,
  parseProposalText,
  parseRoleQuestion,
  parseStartRequest,
} from "../../../api/a2a/task-messages.ts";

const message = (...parts: (string | object)[]) =>
  ({
    parts: parts.map((part) =>
      typeof part === "string" ? createTextPart(part) : createDataPart(part),
    ),
  }) as Message;

describe("what a message asks for", () => {
  it("is a session where a data part says so, strictly", () => {
    const request = { baseline: {}, business_context: { business_unit: "u" } };
    expect(parseStartRequest(message({ ...request, skill: "optimize_model" }))).toEqual({
      ...request,
      limits: {},
      seed: 1,
    });
    expect(() => parseStartRequest(message("optimize it"))).toThrow(/send a data part/);
    expect(() => parseStartRequest(message({ ...request, seed: "7" }))).toThrow(/data part, seed/);
    expect(() => parseStartRequest(message(request, request))).toThrow(/at most one data part/);
  });

  it("is a role's opinion for one of the roles", () => {
    const asked = { skill: "stakeholder", question: "decide", job: {} };
    expect(parseRoleQuestion(message(asked))).toEqual(asked);
    expect(parseRoleQuestion(message({ ...asked, skill: "optimize_model" }))).toBeNull();
    expect(() => parseRoleQuestion(message({ ...asked, question: "dance" }))).toThrow(/question/);
  });

  it("is a decision that begins with a choice; only resume carries an instruction", () => {
    expect(parseEscalationAnswer(message("Resume: lower tv decay"))).toMatchObject({
      choice: "resume",
      instruction: "lower tv decay",
    });
    expect(parseEscalationAnswer(message("abort, too risky"))).toMatchObject({
      choice: "abort",
      instruction: null,
      reason: "too risky",
    });
    expect(parseEscalationAnswer(message("keep_current")).reason).toBe("decided by A2A message");
    expect(() => parseEscalationAnswer(message("maybe"))).toThrow(/starts with one of/);
  });

  it("is a proposal in words", () => {
    expect(parseProposalText(message(" tune ", "tv "))).toBe("tune \ntv");
    expect(() => parseProposalText(message("  "))).toThrow(/1 to 20000/);
    expect(getMessageText(message({ a: 1 }))).toBe("");
  });
});
