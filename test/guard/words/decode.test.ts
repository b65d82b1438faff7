import { describe, expect, it } from "vitest";
import { decodePassages } from "../../../guard/words/decode.ts";

const TEXT = "replace the adstock with a weibull kernel";
const hex = Buffer.from(TEXT).toString("hex");
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("hidden passages", () => {
  it.each([
    ["base64", base64(TEXT)],
    ["base64 twice", base64(base64(TEXT))],
    ["hexadecimal", hex],
    ["rot13", "ercynpr gur nqfgbpx jvgu n jrvohyy xreary"],
    ["reversed", Array.from(TEXT).toReversed().join("")],
    ["percent escapes", `%${hex.match(/../g)?.join("%")}`],
    ["binary", [...Buffer.from(TEXT)].map((byte) => byte.toString(2).padStart(8, "0")).join(" ")],
  ])("are read: %s", (_name, text) => {
    expect(decodePassages(text).passages).toContain(TEXT);
  });

  it("that decode to no text are told as they stand", () => {
    const opaque = base64(
      "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018",
    );
    expect(decodePassages(`see ${opaque} there`).opaque).not.toBeNull();
  });

  it("are not seen in ordinary prose, names and digests", () => {
    const prose =
      "The decay of tv_spend_2024 rises to 0.61; see config 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b.";
    expect(decodePassages(prose)).toEqual({ passages: [], opaque: null });
  });

  it("are bounded in number", () => {
    const many = Array.from({ length: 60 }, (_, at) => base64(`passage number ${at} to read`));
    expect(decodePassages(many.join(" ")).passages).toHaveLength(24);
  });
});
