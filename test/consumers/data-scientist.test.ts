import { describe, expect, it } from "vitest";
import { createDataScientist } from "../../consumers/data-scientist.ts";
import { signWarrant } from "../../guard/tokens/clearance.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import type { ProposeJob } from "../../agents/reasoners.ts";
import { SPEC, task } from "../support/agent-jobs.ts";
import { recorded } from "../support/given.ts";
import { smallConfig } from "../support/small-model.ts";

const coordinatorKeys = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(1)));
const config = JSON.stringify(smallConfig());
const warrant = (attempt: number) =>
  signWarrant(
    {
      session: "s1",
      work_item: "w1",
      attempt,
      iteration: 1,
      baseline: config,
      base: config,
      constraints: [],
    },
    coordinatorKeys,
  );
const context = JSON.stringify({ business_context: '{"business_unit":"emea"}', trained: null });
const assigned = (attachments: object) => ({
  ...recorded({ type: "TaskAssigned", data: task() }),
  attachments: { context, ...attachments },
});
const scientist = createDataScientist({
  reasoners: {
    propose: ({ base }: ProposeJob) =>
      Promise.resolve({
        changes: [{ path: "hyperparameters.tv.decay", to: 0.6 }],
        reasoning: base.model_id,
        searchScore: 0.5,
        evaluations: 3,
        note: BUILTIN_REASONER,
      }),
  },
  spec: SPEC,
  coordinatorKeys,
} as never);
const handling = { signal: new AbortController().signal };

describe("the Data Scientist as a consumer", () => {
  it("proposes for the inbox and the guard, with the warrant it worked from", async () => {
    const token = warrant(1);
    const [made] = await scientist.handle(assigned({ warrant: token }), handling);
    expect(made?.to.map(({ topic }) => topic)).toEqual(["sessions", "ds-outputs"]);
    expect(made?.attachments).toEqual({ warrant: token });
    expect(made?.event.data).toMatchObject({ proposal: "w1.1", evaluations: 3 });
    const said = made?.event.data as { raw: string } | undefined;
    expect(JSON.parse(said?.raw ?? "")).toEqual({
      changes: [{ path: "hyperparameters.tv.decay", to: 0.6 }],
      reasoning: "small",
    });
  });

  it("does not work without a warrant, or from one for another attempt", async () => {
    for (const attachments of [{}, { warrant: warrant(2) }]) {
      await expect(scientist.handle(assigned(attachments), handling)).rejects.toMatchObject({
        code: "clearance_refused",
      });
    }
  });
});
