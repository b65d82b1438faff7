/** Protects: a session's draws come back as they were, and anything else is nothing. */
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { formatDrawsKey } from "../../consumers/effects-record.ts";
import { readStoredDraws } from "../../consumers/stored-draws.ts";
import { digestDraws, serializeDraws } from "../../model/posterior/draws.ts";

const draws = { names: ["a", "b"], count: 2, values: Float32Array.from([1, 2, 3, 4]) };
const bytes = serializeDraws(draws);
const digest = digestDraws(bytes);
const pack = (content: Uint8Array): string => deflateRawSync(content).toString("base64");
const store = (text: string | null) => ({
  get: async (key: string) => (key === formatDrawsKey(digest) ? text : null),
});

describe("stored draws", () => {
  it("come back by their digest", async () => {
    expect(await readStoredDraws(store(pack(bytes)), digest)).toEqual(draws);
  });

  it("count as none where they are absent, altered, not draws, or the store fails", async () => {
    const altered = bytes.slice();
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    for (const text of [null, "", "rubbish", pack(altered), pack(bytes.subarray(4))])
      expect(await readStoredDraws(store(text), digest)).toBeNull();
    expect(await readStoredDraws(store(pack(bytes)), "f".repeat(64))).toBeNull();
    const broken = { get: async () => Promise.reject(new Error("away")) };
    expect(await readStoredDraws(broken, digest)).toBeNull();
  });
});
