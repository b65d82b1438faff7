/** The API's guard check: over which spend it judges saturation. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { storeUploadedData } from "../../app/api-tools.ts";
import { createGuardCheck } from "../../app/guard-check.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { scratch } from "../support/mmm.ts";

const folder = scratch();
const folders = { stateDir: join(folder, "state"), roots: [join(folder, "data")] };
const check = createGuardCheck(async () => [], folders);
const given = JSON.parse(readFileSync("examples/baseline_model.json", "utf8")) as {
  data: { path: string };
};
/** Straight over what is seen of spiky data, and lawful up to their largest exposure. */
const proposal = '{"changes":[{"path":"hyperparameters.tv.gamma","to":1}],"reasoning":""}';

let spiky = "";

beforeAll(async () => {
  const [head = "", ...weeks] = readFileSync("examples/simulated/weekly.csv", "utf8").split("\n");
  const tv = head.split(",").indexOf("tv_spend");
  const spiked = weeks.map((week, at) =>
    at === 3 ? week.split(",").with(tv, "10000000").join(",") : week,
  );
  spiky = [head, ...spiked].join("\n");
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "spiky.csv"), spiky);
  await storeUploadedData(folders.stateDir, computeSha256(spiky), spiky);
});

const ask = (path: string, data: string | null = null) =>
  check({
    baseline: { ...given, data: { ...given.data, path } },
    proposal,
    reasoning: null,
    data,
  });

describe("a guard check over HTTP", () => {
  it.each([
    ["that the baseline names in an allowed folder", () => ask("spiky.csv")],
    ["that were uploaded", () => ask(`sha256:${computeSha256(spiky)}`)],
    ["that the question names", () => ask("not-here.csv", "spiky.csv")],
    [
      "that the question names as an upload",
      () => ask("not-here.csv", `sha256:${computeSha256(spiky)}`),
    ],
  ])("judges saturation over the spend of data %s", async (_name, answer) => {
    expect(await answer()).toMatchObject({
      verdict: "vetoed",
      layer: "signature",
      violations: [{ code: "saturation_linear", path: "hyperparameters.tv.gamma" }],
      observed_spend: true,
    });
  });

  it("judges up to the largest exposure where the baseline's data are not here, and says so", async () => {
    expect(await ask("not-here.csv")).toMatchObject({ verdict: "cleared", observed_spend: false });
    expect(await ask("/etc/passwd")).toMatchObject({ verdict: "cleared", observed_spend: false });
  });

  it("refuses data that were named and are not here, or lie outside", async () => {
    const refused = [
      ask("spiky.csv", "nowhere.csv"),
      ask("spiky.csv", "/etc/passwd"),
      ask("spiky.csv", "../state/keys.json"),
      ask(`sha256:${"0".repeat(64)}`),
    ];
    for (const answer of refused) {
      await expect(answer).rejects.toMatchObject({ code: "data_invalid" });
    }
  });
});
