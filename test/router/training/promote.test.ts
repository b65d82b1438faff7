import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  type CheckpointDocument,
  readCheckpoint,
  SHIPPED_CHECKPOINT,
} from "../../../router/classifier/checkpoint.ts";
import { computeConceptDigest } from "../../../router/classifier/router-model.ts";
import { createPromotionEvent, promoteCheckpoint } from "../../../router/training/promote.ts";

const folder = mkdtempSync(join(tmpdir(), "promote-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const shipped = JSON.parse(
  readFileSync(join(SHIPPED_CHECKPOINT, "router.json"), "utf8"),
) as CheckpointDocument;

describe("a promotion", () => {
  it("puts a candidate that loads in the running one's place, the same byte for byte", async () => {
    const to = join(folder, "running");
    const promoted = await promoteCheckpoint(SHIPPED_CHECKPOINT, to, shipped.encoder_digest);
    expect(promoted.digest).toBe(shipped.digest);
    const expected = {
      encoderDigest: shipped.encoder_digest,
      conceptDigest: computeConceptDigest(),
    };
    expect((await readCheckpoint(to, expected)).document).toEqual(shipped);
  });

  it("leaves the running one alone when the candidate does not load", async () => {
    const to = join(folder, "other");
    await expect(promoteCheckpoint(SHIPPED_CHECKPOINT, to, "0".repeat(64))).rejects.toMatchObject({
      code: "checkpoint_refused",
    });
    await expect(
      readCheckpoint(to, { encoderDigest: "", conceptDigest: "" }),
    ).rejects.toMatchObject({ data: { reason: "missing" } });
  });

  it("is recorded: what, by whom, what it replaced, and how good it is", () => {
    const event = createPromotionEvent(shipped, "ann", { replaced: "old", reasons: ["better"] });
    expect(event.data).toMatchObject({
      action: "router_promoted",
      subject: shipped.digest,
      by: "ann",
    });
    expect(JSON.parse(event.data.detail)).toEqual({
      replaced: "old",
      reasons: ["better"],
      metrics: shipped.metrics,
    });
  });
});
