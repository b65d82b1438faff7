import { describe, expect, it } from "vitest";
import { createVerdictRequest } from "../../consumers/guard-question.ts";
import type { JudgeInput } from "../../guard/judge.ts";
import { pinConfig } from "../../guard/rules/pinned.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { applyChanges } from "../../guard/specification/tunables.ts";
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
    await request({ raw: "p1", isBaseline: false, warrant });
    await request({ raw: "p2", isBaseline: false, warrant });
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
      isBaseline: true,
      warrant: { ...warrant, baseline: JSON.stringify(short), base: JSON.stringify(short) },
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
    await expect(request({ raw: "p", isBaseline: false, warrant })).rejects.toThrow("no file");
    expect(asked).toEqual([]);
    await request({ raw: "p", isBaseline: false, warrant });
    await request({ raw: "p", isBaseline: false, warrant });
    expect([asked.length, tries]).toEqual([2, 2]);
  });

  it("of a fork's baseline is measured from the pinned baseline of its lineage", async () => {
    const { asked, request } = open();
    const forked = pinConfig(
      applyChanges(BASE.config, [{ path: "hyperparameters.tv.decay", to: 0.4 }]),
    );
    await request({ raw: "ignored", isBaseline: true, warrant: { ...warrant, base: forked.text } });
    expect(asked[0]?.baseline.digest).toBe(BASE.digest);
    expect(asked[0]?.base.digest).toBe(forked.digest);
    expect(JSON.parse(asked[0]?.raw ?? "").config.hyperparameters.tv.decay).toBe(0.4);
  });

  it("looks at the data that the warrant names, and at each digest's own", async () => {
    const seen: (string | null)[] = [];
    const request = createVerdictRequest({
      spec: SPECIFICATION_SHIPPED,
      judge: () => Promise.resolve({} as never),
      observed: (_baseline, digest) => {
        seen.push(digest);
        return Promise.resolve({});
      },
    });
    const one = { ...warrant, data_digest: "1".repeat(64) };
    await request({ raw: "p1", isBaseline: false, warrant: one });
    await request({ raw: "p2", isBaseline: false, warrant: one });
    await request({ raw: "p3", isBaseline: false, warrant });
    expect(seen).toEqual(["1".repeat(64), null]);
  });
});
