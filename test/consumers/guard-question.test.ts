import { describe, expect, it } from "vitest";
import { createVerdictRequest } from "../../consumers/guard-question.ts";
import type { JudgeInput } from "../../guard/judge.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { BASE, modelConfig } from "../guard/fixtures.ts";

const warrant = {
  session: "s1",
  work_item: "w1",
  attempt: 1,
  iteration: 1,
  baseline: BASE.text,
  base: BASE.text,
  constraints: [],
};

function open(observed?: () => Promise<never>) {
  const asked: JudgeInput[] = [];
  const request = createVerdictRequest({
    spec: SPECIFICATION_SHIPPED,
    judge: (input) => {
      asked.push(input);
      return Promise.resolve({} as never);
    },
    ...(observed === undefined ? {} : { observed }),
  });
  return { asked, request };
}

describe("the guard's question", () => {
  it("is about the proposal and the configurations of the warrant, read once", async () => {
    const { asked, request } = open();
    await request({ raw: "p1", own: false, warrant });
    await request({ raw: "p2", own: false, warrant });
    expect(asked.map(({ raw, observed }) => [raw, observed])).toEqual([
      ["p1", null],
      ["p2", null],
    ]);
    expect(asked[0]?.base.digest).toBe(BASE.digest);
    expect(asked[1]?.base).toBe(asked[0]?.base);
  });

  it("of the baseline itself is about the whole of it, with its defaults", async () => {
    const { asked, request } = open();
    const { training: _left, ...short } = modelConfig();
    await request({
      raw: "ignored",
      own: true,
      warrant: { ...warrant, baseline: JSON.stringify(short) },
    });
    expect(asked[0]?.base).toBe(asked[0]?.baseline);
    expect(JSON.parse(asked[0]?.raw ?? "").config.training).toEqual(modelConfig().training);
  });

  it("is not asked while the data cannot be read, and tried again with the next", async () => {
    let tries = 0;
    const { asked, request } = open(() => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error("no file")) : Promise.resolve({} as never);
    });
    await expect(request({ raw: "p", own: false, warrant })).rejects.toThrow("no file");
    expect(asked).toEqual([]);
    await request({ raw: "p", own: false, warrant });
    await request({ raw: "p", own: false, warrant });
    expect([asked.length, tries]).toEqual([2, 2]);
  });
});
