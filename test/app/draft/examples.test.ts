/** Examples by name: each baseline is there and names the file that the address gives. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXAMPLE_SETS } from "../../../app/draft/examples.ts";

describe("an example", () => {
  it.each(EXAMPLE_SETS)(
    "$name has a baseline, and data that are shipped or have an address",
    (set) => {
      const path = join("examples", set.folder, "baseline_model.json");
      const baseline = JSON.parse(readFileSync(path, "utf8"));
      expect(baseline.data.path).toBe(set.data);
      if (set.address === null) expect(existsSync(join("examples", set.data))).toBe(true);
      else expect(new URL(set.address).pathname.split("/").at(-1)).toBe(set.data);
    },
  );
});
