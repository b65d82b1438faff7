/** The table of versions of the rules. */
import { describe, expect, it } from "vitest";
import { MmmError } from "../../schemas/errors.ts";
import {
  CURRENT_LOGIC,
  FIRST_LOGIC,
  hasRules,
  LOGIC_VERSIONS,
  requireRules,
} from "../../session/logic.ts";
import {
  cleared,
  Given,
  LIMITS,
  made,
  REQUEST,
  reviewed,
  routed,
  trained,
} from "../support/given.ts";
import type { Event } from "../../schemas/event.ts";

describe("the versions of the rules", () => {
  it("are counted from 1 without a gap, today's last", () => {
    expect(LOGIC_VERSIONS).toEqual(LOGIC_VERSIONS.map((_, index) => index + FIRST_LOGIC));
    expect(LOGIC_VERSIONS.at(-1)).toBe(CURRENT_LOGIC);
    for (const version of LOGIC_VERSIONS) {
      expect(hasRules(version)).toBe(true);
      expect(requireRules(version).version).toBe(version);
    }
  });

  it("have none that is not in the table", () => {
    for (const version of [0, CURRENT_LOGIC + 1, -1, 1.5]) {
      expect(hasRules(version)).toBe(false);
      expect(() => requireRules(version)).toThrow(MmmError);
      expect(() => requireRules(version)).toThrow(
        `rules version ${version}; this program has 1, 2`,
      );
    }
  });
});

/** A session of one iteration in which a text comes before that is done. */
function withLateText(logicVersion?: number): Given {
  const given = new Given();
  const limits = { ...LIMITS, max_iterations: 1 };
  const asked = { ...REQUEST, data: { ...REQUEST.data, limits } } as Event;
  given.when(asked, logicVersion === undefined ? {} : { logicVersion });
  given.when(cleared("w0.1", "base"));
  given.when(trained("w0.1", "base", 0.2));
  given.when(routed("w1.1"));
  given.when({ type: "ProposalSubmitted", data: { submitted_by: "bob", text: "lower tv decay" } });
  given.when(made("w1.1"));
  given.when(cleared("w1.1", "better"));
  given.when(trained("w1.1", "better", 0.1));
  given.when(reviewed("w1.1"));
  return given;
}

describe("a text that comes in the last iteration", () => {
  it("lies by the first rules", () => {
    const given = withLateText(1);
    expect(given.history.at(-1)).toMatchObject({
      type: "LockedTestRequested",
      data: { stopped_because: "all iterations used" },
    });
    expect(given.state?.pending).toHaveLength(1);
  });

  it("is taken up before tuning ends by today's", () => {
    const given = withLateText();
    expect(given.history.at(-1)).toMatchObject({
      type: "TaskStated",
      data: { work_item: "w2", iteration: 2, kind: "free_text", text: "lower tv decay" },
    });
    given.when(routed("w2.1"));
    given.when(made("w2.1"));
    given.when(cleared("w2.1", "better", { base_digest: "better" }));
    expect(given.waits).toBe("locked_test better");
    const late = given.when({
      type: "ProposalSubmitted",
      data: { submitted_by: "bob", text: "one more" },
    });
    expect(late).toMatchObject([
      { type: "OutcomeRefused", data: { reason: "tuning is over: all iterations used" } },
    ]);
  });

  it("leaves the session at the version that it was started with", () => {
    expect(withLateText(1).state).toMatchObject({ logic_version: 1 });
    expect(withLateText().state).toMatchObject({ logic_version: CURRENT_LOGIC });
    expect(withLateText(1).history[1]).toMatchObject({ data: { logic_version: 1 } });
  });
});
