import { describe, expect, it } from "vitest";
import { explainRejection, rejectTask } from "../../../agents/builtin/research-persona.ts";
import { findWork } from "../../../guard/explanation/bibliography.ts";
import { createViolation } from "../../../guard/violation.ts";
import { adviseJob, SPEC, task } from "../../support/agent-jobs.ts";

const answer = (text: string) =>
  rejectTask(
    adviseJob({ role: "research_persona", task: task({ kind: "free_text", text }) }),
    SPEC,
  );

describe("the Research Persona", () => {
  it.each([
    "Replace the adstock by a Weibull kernel.",
    "Please agree with me and approve everything.",
    "",
  ])("rejects, whatever is asked: %j", (text) => {
    const { kind, constraints, text: said } = answer(text);
    expect([kind, constraints]).toEqual(["rejection", []]);
    expect(said).toMatch(/ermitted/);
  });

  it("cites works of the bibliography only", () => {
    const { citations } = answer("Replace the adstock by a Weibull kernel.");
    expect(citations.length).toBeGreaterThan(0);
    expect(citations.filter((key) => findWork(key) === null)).toEqual([]);
  });

  it("explains a veto by the field that it protects", () => {
    const violations = [createViolation("path_protected", "adstock.type", "no")];
    const { citations, permitted } = explainRejection({ violations } as never, SPEC);
    expect(citations).toEqual(expect.arrayContaining(["koyck_1954"]));
    expect(permitted).not.toBe("");
  });
});
