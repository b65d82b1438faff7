import { describe, expect, it } from "vitest";
import { z } from "zod";
import { LOCAL } from "../../../api/http/principal.ts";
import { type RawCall, route, SESSION_ID } from "../../../api/http/route.ts";

const row = route({
  method: "POST",
  path: "/sessions/{session}",
  name: "x",
  summary: "x",
  scope: "read",
  params: z.strictObject({ session: SESSION_ID }),
  body: z.strictObject({ count: z.int() }),
  handle: ({ params, body, query }) =>
    Promise.resolve({ status: 200, json: { ...params, ...body, query } }),
});
const call = (more: Partial<RawCall>) =>
  row.handle({
    params: { session: "s1" },
    query: {},
    body: { count: 1 },
    headers: {},
    principal: LOCAL,
    signal: new AbortController().signal,
    ...more,
  });

describe("a route", () => {
  it("hands its handler what was parsed", async () => {
    expect(await call({})).toEqual({
      status: 200,
      json: { session: "s1", count: 1, query: {} },
    });
  });

  it("refuses what does not fit, with the place", async () => {
    await expect(call({ body: { count: "1" } })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^body: count: /),
      data: { errors: [{ where: "body", path: "count" }] },
    });
    await expect(call({ body: { count: 1, more: 1 } })).rejects.toThrow(/^body: /);
    await expect(call({ params: { session: "../etc" } })).rejects.toThrow(/^path: session: /);
  });

  it("takes no query where it names none", async () => {
    await expect(call({ query: { debug: "1" } })).rejects.toThrow(/^query: /);
  });
});
