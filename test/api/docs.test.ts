import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { API_SETTINGS } from "../../api/http/settings.ts";
import { startHarness } from "./api-harness.ts";

const DOC = readFileSync("docs/API.md", "utf8");

describe("docs/API.md", () => {
  it("has every route with its scope, and none that is not there", async () => {
    const { api } = await startHarness({ system: false });
    const served = api.routes
      .filter(({ hidden }) => hidden !== true)
      .map(({ method, path, scope }) => `${method} ${path} ${scope}`);
    const written = [...DOC.matchAll(/^\| `(GET|POST) (\S+)` \| (\w+) \|/gm)].map(
      ([, method, path, scope]) => `${method} ${path} ${scope}`,
    );
    expect(written.toSorted()).toEqual(served.toSorted());
  });

  it("states the limits that are the defaults", () => {
    const { limits, intake } = API_SETTINGS.parse({});
    expect(DOC).toContain(`Bodies ${limits.body_bytes / 2 ** 20} MiB`);
    expect(DOC).toContain(`uploads ${limits.upload_bytes / 2 ** 20} MiB`);
    expect(DOC).toContain(`${limits.requests_per_minute.toLocaleString("en")} requests a minute`);
    expect(DOC).toContain(`${limits.streams_per_caller.toLocaleString("en")} open streams`);
    expect(DOC).toContain(`${intake.queue_max.toLocaleString("en")} waiting requests`);
    expect(DOC).toContain(`running_max: ${intake.running_max} #`);
  });
});
