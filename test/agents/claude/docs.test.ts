import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { FAILURES } from "../../../agents/claude/ask.ts";
import { loadPrompts } from "../../../agents/claude/prompts.ts";
import { CLAUDE_SETTINGS, THINKERS } from "../../../agents/claude/settings.ts";

const TEXT = readFileSync("docs/AGENTS.md", "utf8");

/** The part of the document about a role. */
function part(role: string): string {
  const file = `\`${role.replaceAll("_", "-")}.md\``;
  return TEXT.split(/^###? /m).find((one) => one.split("\n")[0]?.includes(file)) ?? "";
}

describe("docs/AGENTS.md", () => {
  it.each(THINKERS)("shows each question of %s with every input, and its model", (role) => {
    const text = part(role);
    const settings = CLAUDE_SETTINGS.parse({});
    expect(text).toContain(`\`${settings.roles[role].model}\``);
    for (const [task, template] of Object.entries(loadPrompts()[role].tasks)) {
      expect(text).toContain(`**${task}**`);
      for (const [, name = ""] of template.matchAll(/\{\{([a-z_]+)\}\}/g)) {
        expect(text, `${role} ${task}`).toContain(`\`${name}\``);
      }
    }
    expect(text).toMatch(/May: .*May not: /s);
  });

  it("lists every failure, and no other", () => {
    const rows = [...TEXT.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, kind]) => kind);
    expect(rows).toEqual([...FAILURES]);
  });

  it("names every setting", () => {
    for (const key of Object.keys(CLAUDE_SETTINGS.parse({}))) {
      expect(TEXT, key).toMatch(new RegExp(`\`(?:agents\\.claude\\.)?${key}[\`.:]`));
    }
  });
});

describe("config/settings.yaml", () => {
  it("shows the defaults of the section as they are", () => {
    const { agents } = parse(readFileSync("config/settings.yaml", "utf8")) as {
      agents: { claude: object };
    };
    const defaults = CLAUDE_SETTINGS.parse({});
    const { prices: _prices, ...shown } = defaults;
    expect(agents.claude).toEqual(shown);
    expect(CLAUDE_SETTINGS.parse(agents.claude)).toEqual(defaults);
  });
});
