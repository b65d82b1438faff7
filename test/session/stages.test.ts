/** Which stage fields are at, and what is no state. */
import { describe, expect, it } from "vitest";
import { MmmError } from "../../schemas/errors.ts";
import { canonicalJson } from "../../schemas/canonical.ts";
import {
  isTrained,
  readState,
  requireClosing,
  requireItem,
  requireTrained,
  requireTuning,
  stateOfFields,
} from "../../session/stages.ts";
import { emptyState, isOver, type StateFields } from "../../session/state.ts";
import { Given, givenBaseline, REQUEST, tuningState, workItem } from "../support/given.ts";

const NAMED = emptyState("s1", "emea", "2026-01-05T10:00:00.000Z");
const ASKED = (() => {
  const given = new Given();
  given.when(REQUEST);
  return given.state ?? expect.fail("no session");
})();

function codeOf(call: () => unknown): string | null {
  try {
    call();
    return null;
  } catch (error) {
    return error instanceof MmmError ? error.code : String(error);
  }
}

describe("the stage of a session", () => {
  it.each<[string, StateFields]>([
    ["named", NAMED],
    ["baseline", ASKED],
    ["tuning", tuningState()],
    ["tuning", { ...tuningState(), status: "waiting" }],
    ["closing", { ...tuningState(), stopped_because: "all iterations used" }],
    ["ended", { ...tuningState(), status: "completed", stopped_because: "done" }],
    ["ended", { ...ASKED, status: "failed", wait: null, work_item: null, stopped_because: "veto" }],
    ["ended", { ...NAMED, status: "cancelled", stopped_because: "by ann" }],
  ])("is %s", (stage, fields) => {
    const state = stateOfFields(fields);
    expect(state.stage).toBe(stage);
    expect(isOver(state)).toBe(stage === "ended");
  });

  it.each<[string, StateFields]>([
    ["a named session with limits", { ...NAMED, limits: ASKED.limits }],
    ["a running session without limits", { ...ASKED, limits: null }],
    ["a tuning session without anything in force", { ...tuningState(), accepted: null }],
    ["a tuning session without a specification", { ...tuningState(), spec_digest: null }],
    [
      "a closing session with work",
      { ...tuningState(), work_item: workItem(), stopped_because: "x" },
    ],
    [
      "an ended session that waits",
      { ...givenBaseline().state, status: "failed", stopped_because: "x" } as StateFields,
    ],
    ["an ended session without a reason", { ...tuningState(), status: "completed" }],
  ])("is none: %s", (_what, fields) => {
    expect(codeOf(() => stateOfFields(fields))).toBe("state_damaged");
  });
});

describe("a stored state", () => {
  it("is read as it was written", () => {
    for (const state of [NAMED, ASKED, tuningState()]) {
      expect(readState(canonicalJson(state))).toEqual(state);
    }
  });

  it("of an earlier version has the first rules, and its stage is worked out", () => {
    const { logic_version: _version, stage: _stage, ...earlier } = tuningState();
    expect(readState(JSON.stringify(earlier))).toMatchObject({ logic_version: 1, stage: "tuning" });
    const carried = { ...tuningState(), stage: "baseline" };
    expect(readState(JSON.stringify(carried)).stage).toBe("tuning");
  });

  it.each(["", "{", "null", "7", "[]", "{}", '{"session":1,"status":"log"}'])(
    "is none: %s",
    (text) => {
      expect(codeOf(() => readState(text))).toBe("state_damaged");
    },
  );
});

describe("what a rule needs", () => {
  it("is there at its stage, and an error at another", () => {
    const closing = stateOfFields({ ...tuningState(), stopped_because: "x" });
    expect(requireTuning(tuningState()).accepted.config_digest).toBe("base");
    expect(requireClosing(closing).stopped_because).toBe("x");
    expect(codeOf(() => requireTuning(closing))).toBe("internal");
    expect(codeOf(() => requireClosing(tuningState()))).toBe("internal");
  });

  it("of the work item is there, or an error", () => {
    const { accepted } = tuningState();
    const item = workItem({ candidate: accepted });
    expect(requireItem(tuningState({ work_item: item }))).toBe(item);
    expect(codeOf(() => requireItem(tuningState()))).toBe("internal");
    expect(requireTrained(item)).toBe(accepted);
    expect(codeOf(() => requireTrained(workItem()))).toBe("internal");
    const untrained = { ...accepted, trained: null };
    expect(isTrained(untrained)).toBe(false);
    expect(codeOf(() => requireTrained(workItem({ candidate: untrained })))).toBe("internal");
  });
});
