import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { CallRecord } from "../../agents/claude/paid-calls.ts";
import { isClaudeOn } from "../../app/compose-claude.ts";
import { loadSettings } from "../../app/settings.ts";
import { KEY, plainAnswer } from "../support/claude/system.ts";
import { startMessagesApi, type MessagesApi } from "../support/claude/messages-api.ts";
import { EXAMPLE, mmm, scratch, startMmm } from "../support/mmm.ts";

let api: MessagesApi | null = null;
afterEach(async () => {
  await api?.close();
  api = null;
});

const FOLDER = scratch();
const STATE = ["--state-dir", join(FOLDER, "state")];
const RUN = ["run", ...EXAMPLE, ...STATE, "--output", join(FOLDER, "out"), "--json"];
const SMALL = ["--max-iterations", "1", "--evaluations", "40"];

describe("switching Claude on", () => {
  it.each([
    ["auto", {}, false],
    ["auto", { ANTHROPIC_API_KEY: "" }, false],
    ["auto", { ANTHROPIC_API_KEY: "k" }, true],
    ["auto", { ANTHROPIC_BASE_URL: "http://gateway" }, true],
    ["builtin", { ANTHROPIC_API_KEY: "k" }, false],
    ["claude", { ANTHROPIC_API_KEY: "k" }, true],
  ] as const)("reasoning %s with %o is %s", (reasoning, environment, on) => {
    expect(isClaudeOn(reasoning, environment)).toBe(on);
  });

  it("is the default with a key, and says what is missing without one", () => {
    expect(loadSettings(null, {}).agents.reasoning).toBe("auto");
    expect(() => isClaudeOn("claude", {})).toThrow(/neither ANTHROPIC_API_KEY nor/);
  });

  it("refuses a model without a price, as its money could not be bounded", () => {
    const file = join(FOLDER, "settings.yaml");
    writeFileSync(file, "agents: {claude: {roles: {guard: {model: claude-unheard-of}}}}");
    expect(() => loadSettings(file, {})).toThrow(/prices\.claude-unheard-of: no price/);
  });
});

describe("a run with a key in the environment", () => {
  it("thinks with Claude, and its transcript shows every question and answer but no secret", async () => {
    api = await startMessagesApi((asked) => plainAnswer(asked));
    const environment = {
      MMM_REASONING: "",
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: api.url,
    };
    const run = startMmm([...RUN, ...SMALL], environment);
    const code = await run.exited;
    expect(code, run.said()).toBe(0);
    expect(run.said()).not.toContain(KEY);
    expect(api.asked.length).toBeGreaterThanOrEqual(3);

    const listed = mmm(["status", ...STATE, "--json"]);
    const [{ session }] = JSON.parse(listed.out) as [{ session: string }];
    const json = mmm(
      ["transcript", "--session", session, ...STATE, "--json", "--prompts"],
      environment,
    );
    expect(json.code, json.err).toBe(0);
    const records = json.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as CallRecord & { prompt?: string });
    const agents = new Set(records.map(({ role }) => role));
    expect(agents).toEqual(new Set(["data_scientist", "business_analyst", "stakeholder"]));
    expect(records[0]?.prompt).toMatch(/^You are the Data Scientist/);
    const shown = mmm(["transcript", "--session", session, ...STATE], environment);
    expect(shown.out).toMatch(
      /#1 data_scientist · claude-sonnet-5-5 · 100 in, 20 out · \$0\.000400/,
    );
    expect(shown.out).toContain("asked: Propose better numbers");
    expect(shown.out).toContain("The penalty stays where it is.");
    const guard = mmm(["transcript", "--guard", ...STATE], environment);
    expect(guard.out).toContain("guard · claude-haiku-5-5");
    expect(json.out + shown.out + guard.out).not.toContain(KEY);
  }, 120_000);

  it("says when a session is not there, and when nothing was asked", () => {
    const missing = mmm(["transcript", "--session", "nowhere", ...STATE]);
    expect(missing.code).toBe(10);
    const nobody = mmm(["transcript", ...STATE]);
    expect(nobody.code).toBe(2);
  });
});
