import { describe, expect, it } from "vitest";
import { checkRequestBounds } from "../../../app/sessions/request-bounds.ts";
import { loadSettings } from "../../../app/settings.ts";

const { bounds } = loadSettings(null, {}).api;

describe("what a caller may ask for", () => {
  it.each([
    ["person_timeout_s", 1],
    ["person_timeout_s", bounds.person_timeout_s.min - 1],
    ["agent_timeout_s", 0],
    ["agent_timeout_s", 5],
    ["max_iterations", 101],
    ["evaluations_per_iteration", 20_001],
  ])("is refused outside the operator's bounds, and told them: %s %d", (name, value) => {
    expect(() => checkRequestBounds({ [name]: value }, bounds)).toThrow(
      expect.objectContaining({
        code: "config_invalid",
        message: expect.stringMatching(new RegExp(`limits\\.${name}: ${value} .*is allowed here`)),
        data: { http: 422, limit: name },
      }),
    );
  });

  it.each([
    ["nothing", {}],
    ["a person without end", { person_timeout_s: 0 }],
    ["all at the ends", { person_timeout_s: 600, agent_timeout_s: 10, max_iterations: 100 }],
    ["a default", { person_default: "abort" as const }],
  ])("is taken inside: %s", (_what, limits) => {
    expect(() => checkRequestBounds(limits, bounds)).not.toThrow();
  });

  it("is what the operator set, defaults of escalations too", () => {
    const narrow = loadSettings(null, {
      MMM__API__BOUNDS__PERSON_DEFAULT: "[abort]",
      MMM__API__BOUNDS__PERSON_TIMEOUT_S: "{ min: 3600, max: 7200 }",
    }).api.bounds;
    expect(() => checkRequestBounds({ person_default: "keep_current" }, narrow)).toThrow(/abort/);
    expect(() => checkRequestBounds({ person_timeout_s: 0 }, narrow)).toThrow(/3600 to 7200/);
    expect(() => checkRequestBounds({ person_timeout_s: 3600 }, narrow)).not.toThrow();
  });
});
