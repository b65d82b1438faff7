/** Protects: what returns rest on is worked out from their own draws, locked weeks only once they were seen. */
import { describe, expect, it } from "vitest";
import { computeRecordDetail } from "../../dashboard/record-detail.ts";
import { estimateEffects } from "../../model/effects.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const dataset = smallDataset();
const config = smallConfig();
const effects = estimateEffects(dataset, config);

describe("computeRecordDetail", () => {
  it("looks at the locked weeks only where the session has", () => {
    const before = computeRecordDetail(dataset, config, { effects, lockedSeen: false });
    const after = computeRecordDetail(dataset, config, { effects, lockedSeen: true });
    expect(before?.predictive).toBeNull();
    expect(after?.predictive?.weeks).toHaveLength(13);
    expect(after).toMatchObject({ profile: { trend: "local_level" }, prior: { roi: {} } });
  });

  it("gives the owner's own prior with its source", () => {
    const media_share = { median: 0.1, sd_logit: 0.5, source: "three lift tests" };
    const own = smallConfig({ posterior: { priors: { media_share } } });
    const found = computeRecordDetail(dataset, own, { effects, lockedSeen: false });
    expect(found?.priors.media_share).toEqual(media_share);
    expect(found?.prior.media_share.median).toBeCloseTo(0.1, 1);
  });

  it("is null where there are no draws", () => {
    const point = { ...effects, draws: null };
    expect(computeRecordDetail(dataset, config, { effects: point, lockedSeen: true })).toBeNull();
  });
});
