import { describe, expect, it } from "vitest";
import { isLoopbackAddress, isLoopbackHost, requireLocal } from "../../../api/http/loopback.ts";

describe("names of this machine alone", () => {
  it.each(["localhost", "127.0.0.1", "127.9.9.9", "::1"])("%s is one", (host) => {
    expect(isLoopbackAddress(host)).toBe(true);
  });

  it.each(["0.0.0.0", "127.0.0.1.evil.com", "localhost.evil.com", "128.0.0.1", "::", ""])(
    "%s is none",
    (host) => expect(isLoopbackAddress(host)).toBe(false),
  );

  it("are read from a Host header with or without port", () => {
    expect(["localhost:8080", "[::1]:8080", "127.0.0.1"].map(isLoopbackHost)).toEqual([
      true,
      true,
      true,
    ]);
    expect([undefined, "evil.com:80", "[::2]"].map(isLoopbackHost)).toEqual([false, false, false]);
  });
});

describe("a server without keys", () => {
  it("answers its own pages and tools, and nobody whom a foreign page or name leads here", () => {
    const host = "localhost:8080";
    expect(() => requireLocal({ host }, [])).not.toThrow();
    expect(() => requireLocal({ host, origin: "http://127.0.0.1:3000" }, [])).not.toThrow();
    expect(() =>
      requireLocal({ host, origin: "https://own.org" }, ["https://own.org"]),
    ).not.toThrow();
    for (const call of [
      { host, origin: "https://evil.com" },
      { host, origin: "null" },
      { host: "evil.com" },
      {},
    ]) {
      expect(() => requireLocal(call, ["https://own.org"])).toThrow(/only this machine/);
    }
  });
});
