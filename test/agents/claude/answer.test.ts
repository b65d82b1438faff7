import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readAnswer } from "../../../agents/claude/answer.ts";
import type { Block } from "../../../session/language-model.ts";

const rules = {
  schema: z.strictObject({ count: z.int() }),
  check: ({ count }: { count: number }) =>
    Array.from({ length: count > 5 ? count : 0 }, (_, at) => `too many ${at}`),
};
const read = (...texts: string[]) =>
  readAnswer(
    rules,
    texts.map((text): Block => ({ type: "text", text }) as Block),
  );
const kind = (text: string) => read(text).complaint?.kind ?? null;

describe("a model's answer", () => {
  it("is JSON of the schema and nothing around it", () => {
    expect(read('{"count":', "3}")).toEqual({ answer: { count: 3 }, complaint: null });
    expect(kind('Here you are: {"count":3}')).toBe("malformed");
    expect(kind('```json\n{"count":3}\n```')).toBe("malformed");
    expect(read('{"count":"3","more":1}').complaint).toMatchObject({
      kind: "malformed",
      detail: expect.stringContaining("count: "),
    });
  });

  it("is held to our own rules, with a bounded number of complaints", () => {
    const { complaint } = read('{"count":20}');
    expect(complaint?.kind).toBe("rejected");
    expect(complaint?.detail.split("; ")).toHaveLength(8);
  });

  it("is bounded before it is parsed", () => {
    expect(kind(" \n")).toBe("empty");
    expect(read(`{"count":3}${" ".repeat(100_000)}`).complaint?.detail).toBe(
      "the answer is too long",
    );
  });
});
