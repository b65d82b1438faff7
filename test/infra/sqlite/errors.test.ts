import { describe, expect, it } from "vitest";
import { isSqliteBusy, toSqliteError, withSqliteErrors } from "../../../infra/sqlite/errors.ts";

const sqlite = (errcode: number) => Object.assign(new Error("disk I/O"), { errcode });
const codeOf = (errcode: number) =>
  (toSqliteError("state", sqlite(errcode)) as { code: string }).code;

describe("result codes of SQLite", () => {
  it.each([
    [11, "state_damaged"],
    [26, "state_damaged"],
    [13, "output_unwritable"],
    [5, "log_unavailable"],
    [1, "internal"],
  ])("%i is %s", (errcode, code) => expect(codeOf(errcode)).toBe(code));

  it("are read by their primary part", () => {
    expect(codeOf(10 | (2 << 8))).toBe("output_unwritable");
    expect(isSqliteBusy(sqlite(5 | (1 << 8)))).toBe(true);
    expect(isSqliteBusy(sqlite(6))).toBe(false);
    expect(isSqliteBusy(null)).toBe(false);
  });

  it("say which folder, and other errors pass unchanged", () => {
    const fail = (error: Error) => () =>
      withSqliteErrors("my/state", () => {
        throw error;
      });
    expect(fail(sqlite(11))).toThrow(/"my\/state" is damaged/);
    const own = new RangeError("own");
    expect(fail(own)).toThrow(own);
    expect(withSqliteErrors("x", () => 7)).toBe(7);
  });
});
