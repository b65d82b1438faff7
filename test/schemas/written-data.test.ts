import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES } from "../../schemas/event.ts";
import { withoutDefaults } from "../../schemas/written-data.ts";
import { payloadDigest } from "../../session/chain.ts";
import { anyEvent } from "../support/any-event.ts";

describe("what of an event's data counts as said", () => {
  it("leaves out a later field at its default, and only there", () => {
    const said = (logic_version: number) =>
      withoutDefaults("SessionStarted", { baseline_digest: "d", logic_version });
    expect(said(1)).toEqual({ baseline_digest: "d" });
    expect(said(2)).toEqual({ baseline_digest: "d", logic_version: 2 });
    expect(withoutDefaults("SessionStarted", { baseline_digest: "d" })).toEqual({
      baseline_digest: "d",
    });
  });

  it("leaves what does not fit the schema as it is", () => {
    for (const odd of [null, "text", 7, []]) {
      expect(withoutDefaults("SessionStarted", odd)).toEqual(odd);
    }
  });

  it("is said once: leaving out twice leaves out no more, and nothing is added", () => {
    fc.assert(
      fc.property(anyEvent(), ({ type, data }) => {
        const once = withoutDefaults(type, data);
        expect(withoutDefaults(type, once)).toEqual(once);
        expect(data).toMatchObject(once as object);
      }),
    );
    expect(EVENT_TYPES.length).toBeGreaterThan(30);
  });

  it("gives a digest that does not change when a schema grows", () => {
    const before = { type: "SessionStarted", data: { baseline_digest: "d" } };
    const after = { type: "SessionStarted", data: { baseline_digest: "d", logic_version: 1 } };
    expect(payloadDigest(after as never)).toBe(payloadDigest(before as never));
    const other = { ...after, data: { ...after.data, logic_version: 2 } };
    expect(payloadDigest(other as never)).not.toBe(payloadDigest(before as never));
  });
});
