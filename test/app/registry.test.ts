import { describe, expect, it } from "vitest";
import { parseRegistry, readRegistry, withRegistry } from "../../app/registry.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { systemClock } from "../../infra/clock.ts";
import { scriptedReasoners } from "../support/system.ts";

const remote = (more: object = {}) => ({
  agents: { stakeholder: { kind: "a2a", card_url: "https://a.example/card.json", ...more } },
});

function wire(registry: ReturnType<typeof parseRegistry>, environment = {}) {
  return withRegistry(scriptedReasoners, registry, {
    clock: systemClock,
    random: () => 0.5,
    environment,
    spec: SPECIFICATION_SHIPPED,
  });
}

describe("the registry", () => {
  it("as shipped keeps every role local, as does a missing one", () => {
    expect(wire(readRegistry("config/registry.json"))).toBe(scriptedReasoners);
    expect(wire(readRegistry("no/such/registry.json"))).toBe(scriptedReasoners);
  });

  it("takes the secret of a remote agent from the environment, and asks for it by name", () => {
    const registry = parseRegistry(
      remote({ auth: { scheme: "bearer", token_env: "STAKEHOLDER_TOKEN" } }),
      "r.json",
    );
    expect(() => wire(registry)).toThrow("STAKEHOLDER_TOKEN");
    expect(wire(registry, { STAKEHOLDER_TOKEN: "x" })).not.toBe(scriptedReasoners);
  });

  it("names the field that is wrong", () => {
    const wrong: [unknown, string][] = [
      [{ agents: { cook: { kind: "local", topic: "x" } } }, "agents"],
      [remote({ card_url: "not a url" }), "agents.stakeholder.card_url"],
      [remote({ token: "secret" }), "agents.stakeholder"],
      [remote({ attempts: 0 }), "agents.stakeholder.attempts"],
      [{ agents: { stakeholder: { kind: "local", topic: "agent.other" } } }, "agent.stakeholder"],
    ];
    for (const [value, place] of wrong) {
      expect(() => parseRegistry(value, "r.json")).toThrow(place);
      expect(() => parseRegistry(value, "r.json")).toThrow("r.json");
    }
  });
});
