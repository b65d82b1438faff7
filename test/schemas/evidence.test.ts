/** Evidence that travels is read strictly, or not at all. */
import { expect, it } from "vitest";
import { findEvidence } from "../../schemas/evidence.ts";
import { evidence, evidenceFlag } from "../support/agent-jobs.ts";

const good = evidence({ flags: [evidenceFlag()] });

it("is found beside a posterior", () => {
  expect(findEvidence({ level: 0.9, evidence: good })).toEqual(good);
});

it.each([
  ["no posterior", null],
  ["a posterior without it", { level: 0.9 }],
  ["an unknown key", { evidence: { ...good, more: 1 } }],
  [
    "a flag without a message",
    { evidence: { ...good, flags: [{ ...evidenceFlag(), message: 7 }] } },
  ],
  [
    "a probability above 1",
    {
      evidence: { ...good, plan: { ...good.plan, gain: { ...good.plan.gain, probability: 2 } } },
    },
  ],
])("is none for %s", (_name, posterior) => {
  expect(findEvidence(posterior)).toBeNull();
});
