import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MAX_WINDOWS, openTokenizer } from "../../../router/encoder/tokenizer.ts";

const json = readFileSync("router/weights/tokenizer.json", "utf8");
const tokenizer = openTokenizer(json, 16);
const [[cls, , sep] = []] = tokenizer.windows("decay");
const inner = (window: readonly number[] | undefined) => window?.slice(1, -1) ?? [];
const numbers = (count: number) =>
  Array.from({ length: count }, (_, at) => (at < count - 1 ? "decay" : "saturation")).join(" ");

describe("windows of a text", () => {
  it("open and close with the marks and hold no padding", () => {
    expect(inner(tokenizer.windows("tune the decay")[0])).toHaveLength(3);
    for (const text of ["", "tune the decay", numbers(100), "\ud800"]) {
      const windows = tokenizer.windows(text);
      expect(windows.length).toBeGreaterThan(0);
      for (const window of windows) {
        expect([window[0], window.at(-1)]).toEqual([cls, sep]);
        expect(window.length).toBeLessThanOrEqual(16);
      }
    }
  });

  it("hold the whole text as long as there are not too many", () => {
    const text = numbers(100);
    const whole = openTokenizer(json, 512).windows(text);
    expect(tokenizer.windows(text).flatMap(inner)).toEqual(whole.flatMap(inner));
  });

  it("of a long text are a few, its beginning and its end among them", () => {
    const windows = tokenizer.windows(numbers(1000));
    expect(windows).toHaveLength(MAX_WINDOWS);
    const last = inner(tokenizer.windows("saturation")[0]).at(-1);
    expect(inner(windows.at(-1)).at(-1)).toBe(last);
    const [first] = inner(tokenizer.windows("decay")[0]);
    expect(inner(windows[0])[0]).toBe(first);
  });
});
