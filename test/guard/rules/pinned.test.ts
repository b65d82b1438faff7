import { describe, expect, it } from "vitest";
import { formatTunedConfig, pin, pinConfig } from "../../../guard/rules/pinned.ts";
import { applyChanges } from "../../../guard/specification/tunables.ts";
import { computeSha256, toCanonicalJson } from "../../../schemas/canonical.ts";
import { BASE, modelConfig } from "../fixtures.ts";

describe("a pinned configuration", () => {
  it("is its canonical text, whose digest is its own", () => {
    expect(BASE.text).toBe(toCanonicalJson(modelConfig()));
    expect(BASE.digest).toBe(computeSha256(BASE.text));
    expect(pin(BASE.text)).toEqual(BASE);
  });

  it("is not read from a text that is incomplete or written otherwise", () => {
    expect(() => pin(` ${BASE.text}`)).toThrow(/canonical/);
    const { training: _gone, ...rest } = JSON.parse(BASE.text);
    expect(() => pin(toCanonicalJson(rest))).toThrow(/canonical/);
  });

  it("writes a tuned configuration as it would pin it, and keeps the methodology's digest", () => {
    const tuned = applyChanges(BASE.config, [
      { path: "hyperparameters.tv.decay", to: 0.61 },
      { path: "training.l2_penalty", to: 0.02 },
    ]);
    expect(formatTunedConfig(BASE, tuned)).toBe(pinConfig(tuned).text);
    expect(pinConfig(tuned).methodologyDigest).toBe(BASE.methodologyDigest);
    expect(pinConfig(tuned).digest).not.toBe(BASE.digest);
    const other = modelConfig({ adstock: { max_lag_weeks: 9 } });
    expect(pinConfig(other).methodologyDigest).not.toBe(BASE.methodologyDigest);
  });
});
