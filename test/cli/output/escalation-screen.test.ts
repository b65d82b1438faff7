import { describe, expect, it } from "vitest";
import {
  findCitedWorks,
  formatDuration,
  renderEscalationScreen,
} from "../../../cli/output/escalation-screen.ts";
import type { EscalationView } from "../../../session/escalation-view.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const attempt = {
  proposal: "w1.1",
  author: "data_scientist",
  proposed: JSON.stringify({ changes: [{ path: "tv.decay", to: 0.99 }], reasoning: "why not" }),
  layer: "rules",
  violations: [{ code: "value_out_of_range" }],
  by: "research_persona",
  count: 1,
  reason: "out of range",
  citations: ["koyck_1954", "made_up"],
  permitted: "0.3 to 0.8",
};
const view = {
  escalation: "e1",
  session: "s1",
  business_unit: "emea",
  iteration: 1,
  work_item: "w1",
  reason: "refused three times",
  proposed: "",
  violations: [],
  attempts: [attempt, { ...attempt, proposal: "w1.2", count: 2 }],
  status: "open",
  decide_by: "2026-01-06T12:00:00.000Z",
  default_choice: "keep_current",
  decision: null,
  options: ["resume", "abort"],
  refused_decisions: [],
} as unknown as EscalationView;
const screen = (more: object = {}) =>
  renderEscalationScreen({ ...view, ...more } as EscalationView, NOW);

describe("one escalation on one screen", () => {
  it("says what was asked, why it was refused, until when, and how to decide", () => {
    const text = screen();
    expect(text).toContain("tv.decay → 0.99");
    expect(text).toContain("open, 1 d 0 h left (until 2026-01-06 12:00 UTC), then keep_current");
    expect(text).toContain("mmm escalations resolve --session s1 --escalation e1");
    expect(text).toContain("for the same reason");
  });

  it("cites works of the bibliography only", () => {
    expect(screen()).toContain("Koyck, L. M. (1954)");
    expect(screen()).not.toContain("made_up");
    expect(findCitedWorks(["toString", "koyck_1954", "koyck_1954"])).toHaveLength(1);
  });

  it("keeps to 100 columns and shows nothing that moves the cursor", () => {
    const reason = `${"long ".repeat(80)}${"x".repeat(300)} \u001b[2J`;
    const text = screen({ reason });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).not.toContain("\u001b");
  });

  it("says who decided, and asks no more", () => {
    const decision = { choice: "abort", decided_by: null, reason: "late", at: view.decide_by };
    const text = screen({ decision, status: "decided" });
    expect(text).toContain("abort by the time limit: late");
    expect(text).not.toContain("mmm escalations resolve");
    expect(screen({ decide_by: "2026-01-05T11:00:00.000Z" })).toContain("its time is up");
  });
});

it("a duration is told in its two largest units", () => {
  expect([0, 59_001, 3_600_000, 90_061_000].map(formatDuration)).toEqual([
    "0 s",
    "1 min 0 s",
    "1 h 0 min",
    "1 d 1 h",
  ]);
});
