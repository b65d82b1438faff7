import { describe, expect, it } from "vitest";
import { callModel, createDataLoader } from "../../agents/data-source.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { ModelError } from "../../model/errors.ts";
import { smallConfig, smallCsv } from "../support/small-model.ts";

function loader(texts: Record<string, string>) {
  return createDataLoader({ read: (path) => Promise.resolve(texts[path] ?? "") });
}

describe("data sets", () => {
  it("are parsed once for every tuning of one model", async () => {
    const load = loader({ "small.csv": smallCsv() });
    const first = await load(smallConfig());
    const tuned = smallConfig({ training: { l2_penalty: 0.5 } });
    expect((await load(tuned)).dataset).toBe(first.dataset);
    const other = smallConfig({ evaluation: { folds: 3 } });
    expect((await load(other)).dataset).not.toBe(first.dataset);
  });

  it("are another one when the file changes", async () => {
    const texts = { "small.csv": smallCsv() };
    const load = loader(texts);
    const first = await load(smallConfig());
    texts["small.csv"] = smallCsv({ weeks: 150 });
    const second = await load(smallConfig());
    expect(second.digest).not.toBe(first.digest);
    expect(second.dataset.dates).toHaveLength(150);
  });
});

describe("data that are named by digest", () => {
  it("are those and no others, whatever lies at the path now", async () => {
    const texts = { "small.csv": smallCsv() };
    const load = loader(texts);
    const { digest } = await load(smallConfig());
    expect((await load(smallConfig(), digest)).digest).toBe(digest);
    texts["small.csv"] = smallCsv({ weeks: 150 });
    await expect(load(smallConfig(), digest)).rejects.toMatchObject({ code: "data_changed" });
  });

  it("come from the copy, also when the file is gone or another", async () => {
    const read = () => Promise.reject(new Error("gone"));
    const digest = computeSha256(smallCsv());
    const readCopy = async (name: string) => (name === digest ? smallCsv() : null);
    const load = createDataLoader({ read, readCopy });
    expect((await load(smallConfig(), digest)).digest).toBe(digest);
    await expect(load(smallConfig(), "0".repeat(64))).rejects.toThrow("gone");
    const forged = createDataLoader({ read, readCopy: async () => smallCsv({ weeks: 150 }) });
    await expect(forged(smallConfig(), digest)).rejects.toMatchObject({ code: "data_changed" });
  });
});

describe("errors of the engine", () => {
  it("come out with the product's codes, others as they are", () => {
    const fail = (error: Error) => () =>
      callModel(() => {
        throw error;
      });
    expect(fail(new ModelError("date_gap", "gap", { line: 3 }))).toThrow(
      expect.objectContaining({ code: "data_invalid", data: { line: 3 } }),
    );
    expect(fail(new ModelError("config_invalid", "bad"))).toThrow(
      expect.objectContaining({ code: "config_invalid" }),
    );
    expect(fail(new RangeError("own"))).toThrow(RangeError);
  });
});
