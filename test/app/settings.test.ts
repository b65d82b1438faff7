import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../app/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const load = (yaml: string, environment: Record<string, string> = {}) => {
  const path = join(folder, "settings.yaml");
  writeFileSync(path, yaml);
  return loadSettings(path, environment);
};

describe("settings", () => {
  it("are all stated where nothing is given, as in the file that ships", () => {
    const defaults = loadSettings(null, {});
    expect(defaults.session).toMatchObject({ max_iterations: 20, patience: 5 });
    expect(defaults.log).toMatchObject({ kind: "sqlite", tls: null, brokers: ["127.0.0.1:9092"] });
    expect(load("")).toEqual(defaults);
  });

  it("of deployment come from the environment, where it says something", () => {
    const environment = { KAFKA_BROKERS: "a:1,b:2", MMM_LOG: "kafka", MMM_ROUTER: "" };
    const { log, router } = load("log: { kind: memory }\nrouter: { mode: rules }", environment);
    expect([log.brokers, log.kind, router.mode]).toEqual([["a:1", "b:2"], "kafka", "rules"]);
    expect(loadSettings(null, { KAFKA_TLS: "true" }).log.tls).toEqual({
      ca: null,
      cert: null,
      key: null,
    });
  });

  it("can each be set by a variable that spells its path, read as YAML", () => {
    const settings = load("log: { partitions: 6 }", {
      MMM__LOG__PARTITIONS: "24",
      MMM__API__LIMITS__BODY_BYTES: "65536",
      MMM__API__DATA_ROOTS: "[/data/emea, /data/apac]",
      MMM__SESSION__PERSON_TIMEOUT_S: "",
    });
    expect(settings.log.partitions).toBe(24);
    expect(settings.api.limits.body_bytes).toBe(65_536);
    expect(settings.api.data_roots).toEqual(["/data/emea", "/data/apac"]);
    expect(settings.session.person_timeout_s).toBe(86_400);
  });

  it("that a variable sets wrongly are named by the variable", () => {
    const wrong = (name: string, value: string) => () => loadSettings(null, { [name]: value });
    expect(wrong("MMM__LOG__PARTITIONS", "many")).toThrow(/^MMM__LOG__PARTITIONS: /);
    expect(wrong("MMM__LOG__PARTITIONS", "[")).toThrow(/^MMM__LOG__PARTITIONS: .*correct the YAML/);
    expect(wrong("MMM__LOG__PARTS", "1")).toThrow(/PARTS|parts/);
    expect(wrong("MMM__LOG__PARTITIONS__X", "1")).not.toThrow(/undefined/);
  });

  it("that are wrong are named with file and field", () => {
    expect(() => load("sessions: {}")).toThrow(/settings\.yaml, the document: /);
    expect(() => load("session: { patience: 0 }")).toThrow(
      /session\.patience: .*correct that field/,
    );
    expect(() => load("- a")).toThrow(/not a mapping/);
    expect(() => load("a: [")).toThrow(/correct the YAML/);
    expect(() => load("log: { tls: { cert: c.pem } }")).toThrow(/name both or neither/);
    expect(() => loadSettings(join(folder, "none"), {})).toThrow(/no such file/);
  });
});
