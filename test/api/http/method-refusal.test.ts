import { expect, it } from "vitest";
import { createRefusalFinder } from "../../../api/http/method-refusal.ts";

const find = createRefusalFinder([
  { method: "GET", path: "/sessions/{session}" },
  { method: "DELETE", path: "/sessions/{session}" },
  { method: "GET", path: "/.well-known/agent-card.json" },
]);

it("a path that is known refuses the method and names those it takes", () => {
  const refusal = find("PUT", "/sessions/a.b-1?x=1");
  expect(refusal).toMatchObject({ allow: "DELETE, GET", error: { code: "usage" } });
  expect(refusal.error.data["http"]).toBe(405);
  expect(find("POST", "/.well-known/agent-card.json").allow).toBe("GET");
});

it("a path that is not known is not found", () => {
  for (const path of ["/sessions", "/sessions/a/b", "/xwell-known/agent-cardxjson", "/"]) {
    expect(find("GET", path), path).toMatchObject({ allow: "", error: { code: "not_found" } });
  }
  expect(find("GET", `/${"x".repeat(5000)}`).error.message.length).toBeLessThan(300);
});
