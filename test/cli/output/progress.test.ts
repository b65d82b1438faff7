import { expect, it } from "vitest";
import { createProgress } from "../../../cli/output/progress.ts";
import type { HistoryEntry } from "../../../session/audit.ts";
import type { Event } from "../../../schemas/event.ts";
import { givenBaseline, givenProposal, recorded, vetoed } from "../../support/given.ts";

function follow(...events: Event[]) {
  const said: string[] = [];
  const status: string[] = [];
  const shell = {
    err: (line: string) => said.push(line),
    status: (line: string) => status.push(line),
  };
  const show = createProgress(shell as never);
  for (const event of events) show({ event: recorded(event) } as HistoryEntry);
  return { said, status };
}

it("a session is told line by line as it goes, the baseline once", () => {
  const { said, status } = follow(...givenBaseline().history);
  expect(said).toEqual([
    "session s1 · emea · seed 7",
    "[0/3] baseline trained · validated MAPE 20.00 %",
  ]);
  expect(status.at(-1)).toMatch(/^\[1\/3\] .+ …$/);
});

it("a veto is told with its layer and reason; what only leads to the next is not", () => {
  const given = givenProposal();
  const before = follow(...given.history).said.length;
  given.when(vetoed("w1.1"));
  expect(follow(...given.history).said.slice(before)).toEqual([
    "[1/3] vetoed (rules): protected_path no",
  ]);
});
