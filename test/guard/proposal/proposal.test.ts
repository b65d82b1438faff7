import { describe, expect, it } from "vitest";
import { readProposal } from "../../../guard/proposal/proposal.ts";

const codes = (value: unknown) =>
  readProposal(typeof value === "string" ? value : JSON.stringify(value)).violations.map(
    ({ code, path }) => `${code} ${path}`.trim(),
  );
const change = { path: "a", to: 1 };

describe("the form of a proposal", () => {
  it("is changes or a configuration, with or without a reason", () => {
    expect(readProposal('{"changes":[{"path":"a","to":1}],"reasoning":"r"}').proposal).toEqual({
      changes: [change],
      config: null,
      reasoning: "r",
    });
    expect(readProposal('{"config":{}}').proposal).toEqual({
      changes: null,
      config: {},
      reasoning: "",
    });
  });

  it("is closed", () => {
    expect(codes({ changes: [change], notes: 1 })).toEqual(["proposal_key_unknown notes"]);
    expect(codes({ changes: [{ ...change, why: 1 }] })).toEqual([
      "proposal_key_unknown changes.0.why",
    ]);
    expect(codes({ changes: [change], config: {} })).toEqual(["proposal_shape"]);
    expect(codes({ reasoning: "only" })).toEqual(["proposal_shape"]);
    expect(codes([change])).toEqual(["proposal_shape"]);
    expect(codes({ config: [] })).toEqual(["proposal_shape config"]);
    expect(codes('{"changes":[')).toEqual(["json_syntax changes.0"]);
  });

  it("names every change that is none", () => {
    expect(codes({ changes: [{ path: 1, to: 1 }, change, { path: "b" }, 5] })).toEqual([
      "proposal_shape changes.0.path",
      "proposal_shape changes.2.to",
      "proposal_shape changes.3",
    ]);
  });

  it("has a bounded number of changes, at least one", () => {
    const many = (count: number) => ({ changes: Array.from({ length: count }, () => change) });
    expect(codes(many(256))).toEqual([]);
    expect(codes(many(257))).toEqual(["proposal_shape changes"]);
    expect(codes(many(0))).toEqual(["proposal_shape changes"]);
  });

  it("that is refused still shows its reasoning to be judged", () => {
    expect(readProposal('{"reasoning":"drop it","x":1}').reasoning).toBe("drop it");
  });
});
