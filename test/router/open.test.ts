import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SHIPPED_CHECKPOINT } from "../../router/classifier/checkpoint.ts";
import { openRouter } from "../../router/open.ts";
import type { SentenceEncoder } from "../../router/encoder/sentence-encoder.ts";

const shipped = JSON.parse(readFileSync(join(SHIPPED_CHECKPOINT, "router.json"), "utf8")) as {
  digest: string;
  encoder_digest: string;
};
const encoder = (digest: string) => ({ digest }) as SentenceEncoder;

describe("the router from disk", () => {
  it("is the shipped checkpoint on its own encoder", async () => {
    const opened = await openRouter(encoder(shipped.encoder_digest));
    expect(opened.refused).toBeNull();
    expect(opened.model?.digest).toBe(shipped.digest);
  });

  it("says why the rules decide alone", async () => {
    expect(await openRouter(encoder("0".repeat(64)))).toMatchObject({
      model: null,
      refused: { code: "checkpoint_refused", reason: "other_encoder" },
    });
    expect(await openRouter(encoder(shipped.encoder_digest), "/nowhere")).toMatchObject({
      model: null,
      refused: { code: "checkpoint_refused", reason: "missing" },
    });
  });
});
