import { describe, expect, it } from "vitest";
import {
  deriveConstraintsAgainst,
  deriveConstraintsAround,
} from "../../../agents/builtin/constraints.ts";
import { computeTunableBounds } from "../../../guard/specification/tunables.ts";
import type { Finding } from "../../../schemas/parts.ts";
import { SPEC, trained } from "../../support/agent-jobs.ts";
import { smallConfig } from "../../support/small-model.ts";

const config = smallConfig({
  hyperparameters: {
    tv: { decay: 0.75, alpha: 1, gamma: 0.5 },
    search: { decay: 0.1, alpha: 1, gamma: 0.5 },
  },
});
const baseline = trained(smallConfig());
const bounds = computeTunableBounds(config, SPEC);
const finding = (code: string, channel: string | null): Finding => ({
  code,
  severity: "critical",
  channel,
  figure: 1,
  bound: "",
  message: code,
  source: "",
});
const against = (...critical: Finding[]) =>
  deriveConstraintsAgainst(critical, { config, baseline }, SPEC);

describe("constraints against findings", () => {
  it("leave half of the way from the baseline's value to the refused one", () => {
    const [decay, ...rest] = against(finding("roi_implausible", "tv"));
    expect(decay).toMatchObject({ path: "hyperparameters.tv.decay", max: 0.65 });
    expect(decay?.min).toBeLessThan(0.55);
    expect(rest).toEqual([]);
  });

  it("hold the baseline's value, so that no two exclude each other", () => {
    const found = against(finding("roi_implausible", "tv"), finding("roi_implausible", "search"));
    for (const { path, min, max } of found) {
      const [, channel, name] = path.split(".");
      const row = baseline.channels.find((one) => one.channel === channel);
      const was = row?.[name as "decay"] ?? -1;
      expect(was >= min && was <= max, path).toBe(true);
      expect(min).toBeGreaterThanOrEqual(bounds.get(path)?.min ?? 0);
      expect(max).toBeLessThanOrEqual(bounds.get(path)?.max ?? 0);
    }
  });

  it("ask for a stronger penalty where media take more than there is", () => {
    const [penalty] = against(finding("baseline_negative", null));
    expect(penalty).toMatchObject({ path: "training.l2_penalty" });
    expect(penalty?.min).toBeCloseTo(3 * config.training.l2_penalty, 6);
  });
});

describe("constraints after refusals", () => {
  it("keep a quarter of the range around the value in force, of the channels named", () => {
    const found = deriveConstraintsAround(config, bounds, ["search: ROI 40"]);
    expect(found.map(({ path }) => path)).toEqual(
      ["decay", "alpha", "gamma"].map((name) => `hyperparameters.search.${name}`),
    );
    const alpha = found.find(({ path }) => path.endsWith("alpha"));
    const bound = bounds.get("hyperparameters.search.alpha");
    const width = (bound?.max ?? 0) - (bound?.min ?? 0);
    expect((alpha?.max ?? 0) - (alpha?.min ?? 0)).toBeLessThanOrEqual(width / 4 + 1e-9);
    expect(deriveConstraintsAround(config, bounds, ["no"])).toHaveLength(6);
  });
});
