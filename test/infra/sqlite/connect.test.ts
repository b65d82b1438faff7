import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  connectWriter,
  nameLockFile,
  nameShardFile,
  readPragma,
} from "../../../infra/sqlite/connect.ts";

const folder = mkdtempSync(join(tmpdir(), "connect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const files = { folder, file: join(folder, "state.sqlite"), lock: join(folder, "lock.sqlite") };
const SCHEMA = "CREATE TABLE things (name TEXT)";

describe("a database of a state folder", () => {
  it("is made once, durable at each commit", () => {
    const first = connectWriter(files, SCHEMA);
    first.exec("INSERT INTO things VALUES ('a')");
    expect(first.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
    expect(first.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    first.close();
    const again = connectWriter(files, SCHEMA);
    expect(again.prepare("SELECT name FROM things").all()).toEqual([{ name: "a" }]);
    again.close();
  });

  it("of another layout is refused and left as it is", () => {
    const database = connectWriter(files, SCHEMA);
    database.exec("PRAGMA user_version=99");
    database.close();
    expect(() => connectWriter(files, SCHEMA)).toThrow(
      expect.objectContaining({ code: "schema_mismatch", data: { folder, layout: 99 } }),
    );
    const other = { ...files, file: join(folder, "new.sqlite") };
    const fresh = connectWriter(other, SCHEMA);
    expect(readPragma(fresh, "user_version")).toBe(2);
    fresh.close();
  });

  it("has a file and a lock of its own for each shard", () => {
    expect([nameShardFile(0), nameShardFile(2)]).toEqual(["state.sqlite", "state-2.sqlite"]);
    expect([nameLockFile(0), nameLockFile(2)]).toEqual(["lock.sqlite", "lock-2.sqlite"]);
  });
});
