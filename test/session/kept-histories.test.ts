/** Histories of every version of the rules verify and follow by the rules of their version. */
import { describe, expect, it } from "vitest";
import { parseExport, verifyExport } from "../../session/audit.ts";
import { replay } from "../../session/evolve.ts";
import { CURRENT_LOGIC, LOGIC_VERSIONS } from "../../session/logic.ts";
import { rederive } from "../../session/rederive.ts";
import { resultsOf } from "../../session/results.ts";
import { isOver } from "../../session/state.ts";
import { keptHistories } from "../support/kept-histories.ts";

const KEPT = keptHistories();

describe("the histories that are kept", () => {
  it("are of every version of the rules before today's, and the first has all kinds", () => {
    const versions = new Set(KEPT.map(({ logicVersion }) => logicVersion));
    const earlier = LOGIC_VERSIONS.filter((version) => version < CURRENT_LOGIC);
    expect([...versions]).toEqual(expect.arrayContaining([1, ...earlier]));
    expect(KEPT.map(({ name }) => name)).toEqual(
      expect.arrayContaining(
        ["plain", "vetoes", "escalation", "fork", "claude", "kafka"].map((name) => `1/${name}`),
      ),
    );
  });

  it("hold what they were made for", () => {
    const holds = (name: string, ...words: string[]) => {
      const text = KEPT.find((one) => one.name === name)?.text ?? "";
      for (const word of words) expect(text, name).toContain(word);
    };
    holds("1/vetoes", '"type":"ProposalVetoed"', '"next":"alternative"');
    holds("1/escalation", '"type":"HumanDecided"', '"type":"DecisionRefused"', "DeadlinePassed");
    holds("1/fork", '"parent_session":"plain"');
    holds("1/claude", '"kind":"claude"', '"fallback":null');
    holds("1/texts", '"kind":"free_text"');
  });
});

describe.each(KEPT)("the history $name", (kept) => {
  const report = verifyExport(parseExport(kept.text));

  it("verifies, record for record", () => {
    expect(report.fault).toBeNull();
    expect(report.records).toBeGreaterThan(5);
  });

  it("says its version of the rules, and follows by them", () => {
    const state = replay(report.events);
    expect(state).toMatchObject({ logic_version: kept.logicVersion });
    expect(state === null ? null : isOver(state)).toBe(true);
    const { logicVersion } = kept;
    const found = rederive(report.events, () => null);
    expect(found).toEqual({ kind: "follows", logicVersion, records: report.records });
  });

  it("has results: what its last events say", () => {
    const results = resultsOf(report.events, report.head);
    expect(results?.history).toMatchObject({ records: report.records, sealed: true });
    expect(results?.history.digest).toBe(report.history_digest);
    expect(results?.methodology.unchanged).toBe(true);
  });
});

describe("a history of rules that this program does not have", () => {
  const [plain] = KEPT.filter(({ name }) => name === "1/plain");
  const events = verifyExport(parseExport(plain?.text ?? "")).events.map((event) =>
    event.type === "SessionStarted"
      ? { ...event, data: { ...event.data, logic_version: 9_999 } }
      : event,
  );

  it("cannot be derived from its start on, and says so", () => {
    expect(rederive(events, () => null)).toMatchObject({
      kind: "not_derivable",
      logicVersion: 9_999,
      seq: 2,
      reason: expect.stringMatching(/rules version 9999; this program has 1/),
    });
  });

  it("still folds, and has results", () => {
    expect(replay(events)).toMatchObject({ status: "completed", logic_version: 9_999 });
    expect(resultsOf(events, "")).toMatchObject({ status: "completed" });
  });
});
