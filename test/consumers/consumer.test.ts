/** What a consumer acts on is what it has a handler for. */
import { expect, test } from "vitest";
import { type Consumer, findHandler } from "../../consumers/loop/consumer.ts";
import type { Recorded } from "../../schemas/event.ts";

const consumer: Consumer = {
  name: "one",
  reads: [],
  on: {
    SessionSealed: async (event, { signal }) => [
      {
        event: { type: "SessionSealed", data: { seal: `${event.data.seal}!` } },
        to: [],
        index: signal.aborted ? 1 : 0,
      },
    ],
  },
};

test("the handler of an event is given the event and how it is called", async () => {
  const sealed = { type: "SessionSealed", data: { seal: "s" } } as Recorded;
  const made = await findHandler(consumer, sealed)?.({ signal: AbortSignal.abort() });
  expect(made).toEqual([
    { event: { type: "SessionSealed", data: { seal: "s!" } }, to: [], index: 1 },
  ]);
});

test("an event without a handler is passed over", () => {
  const other = { type: "SessionStarted", data: {} } as unknown as Recorded;
  expect(findHandler(consumer, other)).toBeNull();
});
