import { describe, expect, it } from "vitest";
import { findHandler } from "../../consumers/loop/consumer.ts";
import { createResearchPersona } from "../../consumers/research-persona.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { recorded, vetoed } from "../support/given.ts";

const persona = createResearchPersona({
  reasoners: {
    explain: ({ proposal, violations }: { proposal: string; violations: readonly object[] }) =>
      Promise.resolve({
        text: `${proposal}: ${violations.length}`,
        citations: ["koyck_1954"],
        permitted: "tune",
        note: BUILTIN_REASONER,
      }),
  },
} as never);
const veto = recorded(vetoed("w1.1"));

describe("the Research Persona as a consumer", () => {
  it("explains every veto", async () => {
    const [said] = await findHandler(persona, veto)!({
      signal: new AbortController().signal,
    });
    expect(said?.event).toMatchObject({
      type: "RejectionExplained",
      data: { proposal: "w1.1", text: "w1.1: 1", citations: ["koyck_1954"] },
    });
  });

  it("lets a veto stand without its explanation, with what the guard said", () => {
    const [said] = persona.failed?.(veto, { code: "timeout", message: "late" }) ?? [];
    expect(said?.event).toMatchObject({
      type: "RejectionExplained",
      data: { text: "Vetoed: protected_path: no", citations: [], permitted: "" },
    });
  });
});
