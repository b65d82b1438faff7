/** The files of a session that nobody named. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  findContextFile,
  findBaselineFile,
  readContextFile,
} from "../../../app/sessions/session-files.ts";
import { scratch } from "../../support/mmm.ts";

const folder = join(scratch(), "brand-emea");
mkdirSync(folder);
const baseline = join(folder, "baseline_model.json");
const context = join(folder, "business_context.json");

describe("the files of a session", () => {
  it("are the named ones, and a baseline has to be somewhere", () => {
    expect(findBaselineFile("own.json")).toBe("own.json");
    expect(() => findBaselineFile(undefined)).toThrow(/mmm init DATA\.csv/);
    expect(findContextFile("own.json", baseline)).toBe("own.json");
  });

  it("have a context only where one lies beside the baseline", () => {
    expect(findContextFile(undefined, baseline)).toBeNull();
    writeFileSync(context, '{"$schema":"x","margin":0.3}');
    expect(findContextFile(undefined, baseline)).toBe(context);
  });

  it("name the unit: by option, by the file, else by the folder", () => {
    expect(readContextFile(null, { baseline })).toEqual({ business_unit: "brand-emea" });
    writeFileSync(context, '{"$schema":"x","margin":0.3}');
    expect(readContextFile(context, { baseline })).toEqual({
      business_unit: "brand-emea",
      margin: 0.3,
    });
    writeFileSync(context, '{"business_unit":"own"}');
    expect(readContextFile(context, { baseline })).toEqual({ business_unit: "own" });
    expect(readContextFile(context, { baseline, unit: "asked" })).toEqual({
      business_unit: "asked",
    });
    expect(() => readContextFile(null, { baseline: "/baseline_model.json" })).toThrow(/--unit/);
  });
});
