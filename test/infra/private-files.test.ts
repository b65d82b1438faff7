/** What only its owner may read, on a machine where everybody may by default. */
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cardKeyOf } from "../../cli/card-key.ts";
import { loadKeys } from "../../cli/keys.ts";
import { storeData } from "../../cli/api-parts.ts";
import { systemClock } from "../../infra/clock.ts";
import { openSqliteState } from "../../infra/sqlite-state.ts";
import { scratch } from "../support/mmm.ts";

/** Rights of group and others. */
const othersOf = (path: string): number => statSync(path).mode & 0o077;

let before = 0;
beforeAll(() => {
  before = process.umask(0);
});
afterAll(() => {
  process.umask(before);
});

/** Every file and folder below, with the rights of others. */
function openToOthers(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names.filter((name) => othersOf(join(folder, name)) !== 0);
}

describe.skipIf(process.platform === "win32")("a state folder", () => {
  it("with all in it is its owner's alone: databases, logs, locks, keys, uploads", async () => {
    const folder = join(scratch(), "deep", "state");
    const state = openSqliteState(folder, { clock: systemClock, shards: 2 });
    loadKeys(folder, {});
    cardKeyOf(folder);
    await storeData(folder, "0".repeat(64), "week,sales\n");
    const names = readdirSync(folder);
    expect(names).toEqual(
      expect.arrayContaining(["state.sqlite", "state.sqlite-wal", "keys.json"]),
    );
    expect([othersOf(folder), othersOf(join(folder, ".."))]).toEqual([0, 0]);
    expect(openToOthers(folder)).toEqual([]);
    await state.close();
  });

  it("of an earlier version is closed when it is opened again; the folder's own rights stay", async () => {
    const folder = scratch();
    await openSqliteState(folder, { clock: systemClock }).close();
    loadKeys(folder, {});
    chmodSync(folder, 0o755);
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
    const state = openSqliteState(folder, { clock: systemClock });
    loadKeys(folder, {});
    expect(openToOthers(folder)).toEqual([]);
    expect(othersOf(folder)).toBe(0o055);
    await state.close();
  });

  it("that a person made is used as it is", async () => {
    const folder = join(scratch(), "mine");
    mkdirSync(folder, { mode: 0o750 });
    writeFileSync(join(folder, "notes.txt"), "", { mode: 0o644 });
    await openSqliteState(folder, { clock: systemClock }).close();
    expect(othersOf(folder)).toBe(0o050);
    expect(openToOthers(folder)).toEqual(["notes.txt"]);
  });
});
