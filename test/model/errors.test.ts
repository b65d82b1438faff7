import { expect, test } from "vitest";
import { ModelError } from "../../model/errors.ts";

test("a fault of the engine carries code, data and cause, and no second try can help", () => {
  const cause = new Error("line 3");
  const error = new ModelError("date_gap", "a week is missing", { line: 3 }, cause);
  expect(error).toMatchObject({ code: "date_gap", data: { line: 3 }, retriable: false, cause });
  expect(error).toBeInstanceOf(Error);
  expect("cause" in new ModelError("date_gap", "a week is missing")).toBe(false);
});
