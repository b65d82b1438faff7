/** The figures beside work, as they are read. */
import { describe, expect, it } from "vitest";
import { MmmError } from "../../schemas/errors.ts";
import {
  readApprovalContext,
  readLockedTestContext,
  readReviewContext,
  readTaskContext,
} from "../../session/work-context.ts";
import { metrics, trained, tuningState } from "../support/given.ts";

const MODEL = trained("w0.1", "base", 0.2).data as object;
const TASK = { business_context: "{}", trained: MODEL };
const REVIEW = { business_context: "{}", config: "{}", candidate: MODEL, baseline: MODEL };
const APPROVAL = {
  business_context: "{}",
  config: "{}",
  baseline: MODEL,
  final: MODEL,
  locked_test: { baseline: metrics(0.2), final: metrics(0.1), contradicts: false, comparisons: [] },
  methodology_unchanged: true,
  convergence: 0.5,
  convergence_threshold: 0.95,
  counters: tuningState().counters,
};
const LOCKED = {
  proposal: "w1.1",
  baseline_proposal: "w0.1",
  baseline_config: "{}",
  baseline_clearance: "a.b.c",
};

/** What a coordinator of an earlier version does not send. */
const LATER: ReadonlySet<string> = new Set(["convergence_threshold"]);

const READERS = [
  ["a task", readTaskContext, TASK],
  ["a review", readReviewContext, REVIEW],
  ["an approval", readApprovalContext, APPROVAL],
  ["a locked test", readLockedTestContext, LOCKED],
] as const;

function refusalOf(read: (text: string | undefined) => unknown, text: string | undefined): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof MmmError && error.code === "event_invalid") return error.message;
    throw error;
  }
  return expect.fail(`it was read: ${text}`);
}

describe.each(READERS)("the context of %s", (_of, read, good) => {
  it("is read whole, without what it does not know", () => {
    expect(read(JSON.stringify(good))).toEqual(good);
    expect(read(JSON.stringify({ ...good, later: 1 }))).toEqual(good);
  });

  it("is refused without any of its parts, or with one of another type", () => {
    for (const name of Object.keys(good)) {
      const { [name]: _left, ...rest } = good as Record<string, unknown>;
      if (!LATER.has(name)) {
        expect(refusalOf(read, JSON.stringify(rest)), name).toContain("is not one");
      }
      expect(refusalOf(read, JSON.stringify({ ...good, [name]: [7] })), name).toContain(name);
    }
  });

  it.each([undefined, "", "{", "null", "[]", "7", "{}"])("is not %o", (text) => {
    expect(refusalOf(read, text).split("\n")).toHaveLength(1);
  });
});

describe("a model in a context", () => {
  it("has every field of its event, of its type, and none beside", () => {
    const reading = (more: object) => () =>
      readTaskContext(JSON.stringify({ ...TASK, trained: { ...MODEL, ...more } }));
    expect(reading({ later: 1 })().trained).toEqual(MODEL);
    expect(reading({ loss: "0.2" })).toThrow("ModelTrained.loss");
    expect(reading({ channels: [{}] })).toThrow("ModelTrained.channels.0.channel");
    expect(reading({ channels: {} })).toThrow("ModelTrained.channels");
    expect(reading({ validation: null })).toThrow("ModelTrained.validation");
  });

  it("may have no locked test in an approval before one was made", () => {
    expect(readApprovalContext(JSON.stringify({ ...APPROVAL, locked_test: null }))).toMatchObject({
      locked_test: null,
    });
  });

  it.each(["config", "proposal"])("is of no empty %s", (name) => {
    const read = name === "config" ? readReviewContext : readLockedTestContext;
    const good = name === "config" ? REVIEW : LOCKED;
    expect(refusalOf(read, JSON.stringify({ ...good, [name]: "" }))).toContain(name);
  });
});
