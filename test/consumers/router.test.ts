import { expect, it } from "vitest";
import { findHandler } from "../../consumers/loop/consumer.ts";
import { createRouter, type Route } from "../../consumers/router.ts";
import { ROLE_TOPICS, TOPICS } from "../../schemas/topics.ts";
import type { EventOf } from "../../schemas/event.ts";
import { givenBaseline, recorded, routed } from "../support/given.ts";

const handling = { signal: new AbortController().signal };
const stated = () => {
  const event = givenBaseline().history.find(({ type }) => type === "TaskStated");
  return { ...recorded(event!), attachments: { warrant: "w", config: "c" } };
};
const route = (role: Route["role"]) => {
  const {
    work_item: _item,
    attempt: _attempt,
    ...rest
  } = (routed("w1.1") as EventOf<"ProposalRouted">).data;
  return createRouter({ route: () => Promise.resolve({ ...rest, role }) });
};

it("a task goes to the chosen agent with its warrant, after the inbox knows of it", async () => {
  const emissions = await findHandler(route("stakeholder"), stated())!(handling);
  expect(emissions.map(({ event, to }) => [event.type, to[0]?.topic])).toEqual([
    ["ProposalRouted", TOPICS.sessions.topic],
    ["TaskAssigned", ROLE_TOPICS.stakeholder.topic],
  ]);
  expect(emissions[1]?.attachments).toEqual({ warrant: "w" });
  expect(emissions[1]?.event.data).toMatchObject({ role: "stakeholder", work_item: "w1" });
});

it("a task that nobody is sure enough for goes to no agent", async () => {
  for (const role of [null, "UNKNOWN"] as const) {
    const emissions = await findHandler(route(role), stated())!(handling);
    expect(emissions.map(({ event }) => event.type)).toEqual(["ProposalRouted"]);
  }
  expect(findHandler(route(null), recorded(routed("w1.1")))).toBeNull();
});
