import { describe, expect, it } from "vitest";
import { createRemoteFetch } from "../../../infra/a2a/fetch.ts";

const ORIGIN = "https://agent.example";

function open(answers: (Response | Error)[], more: object = {}) {
  const sent: RequestInit[] = [];
  const slept: number[] = [];
  let now = 0;
  const call = createRemoteFetch(
    {
      origin: ORIGIN,
      attemptsMax: 3,
      attemptMs: 60_000,
      backoffMs: 100,
      backoffMsMax: 1_000,
      breakerFailures: 0,
      breakerMs: 1_000,
      answerBytesMax: 50,
      ...more,
    },
    {
      clock: {
        now: () => now,
        sleep: (ms: number) => {
          slept.push(ms);
          now += ms;
          return Promise.resolve();
        },
      },
      random: () => 0,
      headers: { authorization: "Bearer t" },
      fetch: (_url, init) => {
        sent.push(init ?? {});
        const answer = answers.shift() ?? new Response("ok");
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
  );
  return { call, sent, slept };
}
const status = (code: number, headers: Record<string, string> = {}) =>
  new Response("x", { status: code, headers });

describe("a call to a remote agent", () => {
  it("is tried again where a later try may help, ever later", async () => {
    const { call, sent, slept } = open([new Error("reset"), status(503)]);
    expect(await (await call(ORIGIN)).text()).toBe("ok");
    expect([sent.length, slept]).toEqual([3, [50, 100]]);
    expect(sent[0]).toMatchObject({ redirect: "error", headers: { authorization: "Bearer t" } });
  });

  it("is not tried again where it cannot help, and only so often", async () => {
    const refused = open([status(400)]);
    expect((await refused.call(ORIGIN)).status).toBe(400);
    expect(refused.sent).toHaveLength(1);
    const down = open([500, 500, 500].map((code) => status(code)));
    await expect(down.call(ORIGIN)).rejects.toMatchObject({ code: "reasoner_unavailable" });
    expect(down.sent).toHaveLength(3);
  });

  it("waits as long as it is asked to, or gives up", async () => {
    const busy = open([status(429, { "retry-after": "1" })]);
    await busy.call(ORIGIN);
    expect(busy.slept).toEqual([1_000]);
    const closed = open([status(429, { "retry-after": "600" })]);
    await expect(closed.call(ORIGIN)).rejects.toMatchObject({ data: { status: 429 } });
    expect(closed.slept).toEqual([]);
  });

  it("goes to the agent's own origin, reads a bounded answer, and leaves a dead agent alone", async () => {
    await expect(open([]).call("https://evil.example")).rejects.toThrow(/own address/);
    await expect(open([new Response("x".repeat(51))]).call(ORIGIN)).rejects.toThrow(
      /longer than 50/,
    );
    const dead = open([new Error("reset"), new Error("reset")], { breakerFailures: 2 });
    await expect(dead.call(ORIGIN)).rejects.toMatchObject({ data: { circuit: "open" } });
    expect(dead.sent).toHaveLength(2);
  });
});
