import { describe, expect, it } from "vitest";
import { describeError, ERROR_CODES, type ErrorCode, MmmError } from "../../schemas/errors.ts";

describe("an error of the product", () => {
  it("takes its exit code and whether a second try can help from its code", () => {
    const cause = new Error("socket closed");
    const error = new MmmError("log_unavailable", "no broker", { data: { broker: "b1" }, cause });
    expect(error).toMatchObject({ exit: 21, retriable: true, data: { broker: "b1" }, cause });
    expect(new MmmError("vetoed", "no")).toMatchObject({ exit: 3, retriable: false, data: {} });
  });

  it("has an exit code of its own, none of them that of success", () => {
    const codes = Object.keys(ERROR_CODES) as ErrorCode[];
    const exits = codes.map((code) => ERROR_CODES[code].exit);
    expect(new Set(exits).size).toBe(codes.length);
    expect(exits).not.toContain(0);
  });

  it("is told on one line, whatever was thrown", () => {
    expect(describeError(new Error(" first\n\tsecond  third "))).toBe("first second third");
    expect(describeError("a\r\nb")).toBe("a b");
    expect(describeError(undefined)).toBe("undefined");
  });
});
