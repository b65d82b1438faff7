import { describe, expect, it } from "vitest";
import { formatExport } from "../../../cli/output/export.ts";
import type { HistoryEntry } from "../../../session/audit.ts";

const line = (producer: string, data: object) => ({
  seq: 1,
  time: "2026-01-01T00:00:00.000Z",
  type: "HumanDecided",
  producer,
  id: "i",
  cause: "c",
  hash: "h",
  data,
});
const entries = [line("cli", { b: 'say "hi"', a: 1 }), line("=cmd()", {})].map((one) => ({
  line: one,
  event: { type: one.type, data: one.data },
})) as unknown as HistoryEntry[];

describe("an export", () => {
  it("as lines or as one document holds every record and ends with the manifest", () => {
    const lines = formatExport("s1", entries, "ndjson").trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? "")).toEqual(entries[0]?.line);
    expect(Object.keys(JSON.parse(lines[2] ?? ""))).toEqual(["manifest"]);
    const whole = JSON.parse(formatExport("s1", entries, "json"));
    expect(whole.records).toHaveLength(2);
    expect(whole.manifest).toEqual(JSON.parse(lines[2] ?? "").manifest);
  });

  it("as CSV quotes every cell, and starts no formula", () => {
    const rows = formatExport("s1", entries, "csv").split("\r\n");
    expect(rows[0]).toContain('"seq","time","type"');
    expect(rows[1]).toContain('"{""a"":1,""b"":""say \\""hi\\""""}"');
    expect(rows[2]).toContain(`"'=cmd()"`);
    expect(rows[3]).toBe("");
  });
});
