/** Seals, reports and commands of today on histories of every version of the rules. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildReportInput } from "../../cli/commands/report.ts";
import { loadSettings } from "../../app/settings.ts";
import { findSignatureFault, type Keys } from "../../consumers/coordinator/attachments.ts";
import { renderReport, drawReportPictures } from "../../dashboard/report.ts";
import { verifySeal } from "../../guard/tokens/clearance.ts";
import { parseKeyRing } from "../../guard/tokens/keys.ts";
import { parseExport, verifyExport, type AuditLine } from "../../session/audit.ts";
import { rederive } from "../../session/rederive.ts";
import {
  fillState,
  keptHistories,
  writtenByRules,
  type KeptHistory,
} from "../support/kept-histories.ts";
import { mmm, scratch } from "../support/mmm.ts";

const KEPT = keptHistories();
const DATA = "examples/simulated/weekly.csv";
const { business } = loadSettings(null, {});

function keysOf({ keys }: KeptHistory): Keys {
  const rings = JSON.parse(Buffer.from(keys, "base64url").toString());
  return { coordinator: parseKeyRing(rings.coordinator), guard: parseKeyRing(rings.guard) };
}

describe.each(KEPT)("the history $name", (kept) => {
  const lines = parseExport(kept.text);
  const report = verifyExport(lines);

  it("is sealed by its keys, and each clearance in it is theirs", () => {
    const keys = keysOf(kept);
    const { seq, head } = verifySeal(report.seal ?? "", keys.coordinator, report.session);
    expect({ seq, head }).toEqual(report.sealed);
    const found = rederive(report.events, (state, event) => findSignatureFault(keys, state, event));
    expect(found.kind).toBe("follows");
  });

  it("makes a report with the model's pictures", async () => {
    const entries = report.events.map((event, index) => ({
      line: lines[index] as AuditLine,
      event,
    }));
    const store = { get: async () => null };
    const input = await buildReportInput(entries, business, { store, data: DATA });
    expect(input.detail).not.toBeNull();
    expect(renderReport(input)).toContain(report.session);
    expect(drawReportPictures(input).model.length).toBeGreaterThan(0);
  });
});

const PLAIN = KEPT.find(({ name }) => name === "1/plain") ?? expect.fail("no plain history");

describe("the commands on a history of the first version", () => {
  it("verify, derive and report it", async () => {
    const folder = scratch();
    const environment = { MMM_KEYS: PLAIN.keys };
    const file = join(folder, "export.ndjson");
    writeFileSync(file, PLAIN.text);
    const verified = mmm(["audit", "verify", file], environment);
    expect([verified.code, verified.out]).toEqual([0, expect.stringContaining("seal valid")]);
    const session = await fillState(join(folder, "state"), PLAIN.text);
    const of = ["--session", session, "--state-dir", join(folder, "state")];
    const replayed = mmm(["replay", ...of, "--verify", "--json"], environment);
    expect(JSON.parse(replayed.out), replayed.err).toMatchObject({
      logic_version: 1,
      difference: null,
      not_derivable: null,
    });
    const output = join(folder, "report");
    const reported = mmm(["report", ...of, "--data", DATA, "--output", output], environment);
    expect(reported.code, reported.err).toBe(0);
    expect(existsSync(join(output, "report.html"))).toBe(true);
  });

  it("say in one line which event cannot be derived, when the rules are of another program", async () => {
    const folder = scratch();
    const session = await fillState(folder, writtenByRules(PLAIN.text, 9_999));
    const of = ["--session", session, "--state-dir", folder];
    const { code, err, out } = mmm(["replay", ...of, "--verify", "--json"], {
      MMM_KEYS: PLAIN.keys,
    });
    expect(code).toBe(34);
    expect(err).toMatch(
      /^mmm: event 2 and all after it cannot be derived: .*rules version 9999.*\n$/,
    );
    expect(JSON.parse(out)).toMatchObject({ logic_version: 9_999, not_derivable: { seq: 2 } });
    expect(mmm(["replay", ...of]).out).toContain("SessionSealed");
  });
});
