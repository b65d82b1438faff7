/** Protects: whatever happens to a data file while a session runs neither breaks nor changes it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseBusinessContext } from "../../agents/business-context.ts";
import { ROLE_NAMES } from "../../app/compose-consumers.ts";
import { keepData, readKeptData } from "../../app/data-copies.ts";
import { openApp } from "../../app/open-app.ts";
import { buildSessionRequest } from "../../app/request.ts";
import { runSession } from "../../app/session-run.ts";
import { loadSettings } from "../../app/settings.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { verifyExport, createManifest } from "../../session/audit.ts";
import { computeSessionResults } from "../../session/results.ts";
import { smallConfig, smallCsv } from "../support/small-model.ts";

const folder = mkdtempSync(join(tmpdir(), "data-copies-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("data kept by digest", () => {
  const text = smallCsv();
  const digest = computeSha256(text);
  const readText = (name: string): string | undefined =>
    readKeptData(folder, name) === null
      ? undefined
      : new TextDecoder().decode(readKeptData(folder, name) ?? new Uint8Array());

  it("are the bytes of a file in another encoding too, under the digest of those bytes", () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0x61, 0x00]);
    keepData(folder, computeSha256(bytes), bytes);
    expect([...(readKeptData(folder, computeSha256(bytes)) ?? [])]).toEqual([...bytes]);
  });

  it("come back as they were, twice kept or not", () => {
    keepData(folder, digest, text);
    keepData(folder, digest, text);
    expect(readText(digest)).toBe(text);
    expect(readKeptData(folder, "0".repeat(64))).toBeNull();
    expect(readKeptData(folder, "../../etc/passwd")).toBeNull();
  });

  it("that are no longer what their name says count as gone, and are kept anew", () => {
    writeFileSync(join(folder, "data", `${digest}.csv`), "forged");
    expect(readKeptData(folder, digest)).toBeNull();
    keepData(folder, digest, text);
    expect(readText(digest)).toBe(text);
  });
});

describe("a session whose data file is swapped after the baseline was trained", () => {
  const run = async (name: string, hasCopy: boolean) => {
    const path = join(folder, `${name}.csv`);
    const state = join(folder, name);
    writeFileSync(path, smallCsv());
    const digest = computeSha256(readFileSync(path, "utf8"));
    if (hasCopy) keepData(state, digest, smallCsv());
    const plain = loadSettings(null, {});
    const settings = {
      ...plain,
      router: { ...plain.router, mode: "rules" as const },
      guard: { ...plain.guard, semantics: "lexicon" as const },
    };
    const config = smallConfig();
    const request = buildSessionRequest({
      config: { ...config, data: { ...config.data, path } },
      context: parseBusinessContext({ business_unit: "small" }),
      settings,
      requestedBy: "test",
      dataDigest: digest,
      flags: { seed: 1, maxIterations: 1, evaluations: 40 },
    });
    const app = await openApp({ settings, stateDir: state, environment: {} });
    try {
      const running = await app.start(ROLE_NAMES);
      try {
        const entries = await runSession(app, {
          request,
          producer: "test",
          onEscalation: "keep",
          signal: new AbortController().signal,
          onEvent: ({ event }) => {
            if (event.type === "ModelTrained") writeFileSync(path, smallCsv({ weeks: 150 }));
          },
        });
        return { entries, digest };
      } finally {
        await running.stop();
      }
    } finally {
      await app.close();
    }
  };

  it("works on from its own copy, and says so in results and audit", async () => {
    const { entries, digest } = await run("copied", true);
    const events = entries.map(({ event }) => event);
    const results = computeSessionResults(events, "");
    expect(results?.status).toBe("completed");
    expect(results?.methodology).toMatchObject({ data_digest: digest, data_unchanged: true });
    const session = entries[0]?.line.session ?? "";
    const manifest = { manifest: createManifest(session, entries) };
    expect(verifyExport([...entries.map(({ line }) => line), manifest]).fault).toBeNull();
  });

  it("trains nothing on the other bytes where there is no copy, and names the cause", async () => {
    const { entries, digest } = await run("swapped", false);
    const trained = entries.flatMap(({ event }) =>
      event.type === "ModelTrained" ? [event.data.data_digest] : [],
    );
    expect(new Set(trained)).toEqual(new Set([digest]));
    const said = JSON.stringify(entries.map(({ line }) => line.data));
    expect(said).toContain("the data are not those the session was begun with");
    expect(entries.some(({ event }) => event.type === "ProposalVetoed")).toBe(false);
  });
});
