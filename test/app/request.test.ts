import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readModelConfig, readSessionRequest } from "../../app/request.ts";
import { loadSettings } from "../../app/settings.ts";
import { smallConfig, smallCsv } from "../support/small-model.ts";

const folder = mkdtempSync(join(tmpdir(), "request-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);
const settings = loadSettings(null, {});
const flags = {
  baselineConfig: path("model.json"),
  businessContext: path("context.json"),
  seed: 7,
};

beforeAll(() => {
  writeFileSync(path("model.json"), JSON.stringify(smallConfig()));
  writeFileSync(path("context.json"), '{"business_unit":"emea"}');
  writeFileSync(path("small.csv"), smallCsv());
});

describe("a request from files and flags", () => {
  it("has the flags' limits, the settings' for the rest, and data beside the model's file", async () => {
    const request = await readSessionRequest({ ...flags, maxIterations: 3 }, settings, "ann");
    expect(request).toMatchObject({
      business_unit: "emea",
      seed: 7,
      requested_by: "ann",
      limits: { max_iterations: 3, patience: settings.session.patience },
    });
    expect(JSON.parse(request.baseline).data.path).toBe(path("small.csv"));
    expect(readModelConfig(flags.baselineConfig, "other.csv").data.path).toMatch(
      /^\/.*other\.csv$/,
    );
  });

  it("is refused before anything is written, with the file's name", async () => {
    const read = (more: object) => readSessionRequest({ ...flags, ...more }, settings, "ann");
    writeFileSync(path("bad.csv"), smallCsv().replace("tv_spend", "tv"));
    await expect(read({ data: path("bad.csv") })).rejects.toThrow(/bad\.csv: .*tv_spend/);
    writeFileSync(path("bad.json"), '{"model_id":"x"}');
    await expect(read({ baselineConfig: path("bad.json") })).rejects.toThrow(
      /bad\.json: Model configuration/,
    );
    writeFileSync(path("bad-context.json"), '{"margin":2}');
    await expect(read({ businessContext: path("bad-context.json") })).rejects.toThrow(
      /bad-context\.json: /,
    );
  });
});
