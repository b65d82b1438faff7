import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CheckpointFacts,
  readCheckpoint,
  writeCheckpoint,
} from "../../../router/classifier/checkpoint.ts";
import { type Head, classify, trainHead } from "../../../router/classifier/head.ts";
import { promoteCheckpoint, createPromotionEvent } from "../../../router/training/promote.ts";
import { computeConceptDigest } from "../../../router/classifier/router-model.ts";
import { createSeededRandom } from "../../../router/classifier/random.ts";

const ENCODER = "e".repeat(64);
const facts: CheckpointFacts = {
  encoder_digest: ENCODER,
  concept_digest: computeConceptDigest(),
  data_digest: "d".repeat(64),
  seed: 1,
  support: { a: 20, b: 20 },
};
const expected = { encoderDigest: ENCODER, conceptDigest: computeConceptDigest() };

const random = createSeededRandom(2);
const head: Head = trainHead(
  Array.from({ length: 40 }, (_, i) => ({
    label: i % 2 === 0 ? "a" : "b",
    text: `text ${i}`,
    embedding: Float32Array.of(i % 2, 1 - (i % 2), random(), random()),
  })),
  { seed: 1, rejectLabel: "b" },
);

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "checkpoint-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
async function written(): Promise<string> {
  const directory = join(root, `c${(count += 1)}`);
  await writeCheckpoint(directory, head, facts);
  return directory;
}

describe("a checkpoint", () => {
  it("scores after reading as it did before writing", async () => {
    const { head: read } = await readCheckpoint(await written(), expected);
    const query = Float32Array.of(0.9, 0.1, 0.4, 0.2);
    expect(classify(read, query)).toEqual(classify(head, query));
    expect(read.validation).toEqual(head.validation);
  });

  it("has the same digest for the same content", async () => {
    const one = await readCheckpoint(await written(), expected);
    const two = await readCheckpoint(await written(), expected);
    expect(one.document.digest).toBe(two.document.digest);
  });

  it("replaces an older one and leaves nothing beside it", async () => {
    const folder = mkdtempSync(join(root, "replace-"));
    const directory = join(folder, "v1");
    await writeCheckpoint(directory, head, facts);
    await writeCheckpoint(`${directory}/`, head, { ...facts, seed: 2 });
    expect((await readCheckpoint(directory, expected)).document.seed).toBe(2);
    expect(readdirSync(folder)).toEqual(["v1"]);
  });

  it.each(["head.f32", "bank.i8", "bank.jsonl"])("is refused when %s lost a byte", async (name) => {
    const directory = await written();
    const path = join(directory, name);
    writeFileSync(path, readFileSync(path).subarray(1));
    await expect(readCheckpoint(directory, expected)).rejects.toMatchObject({
      code: "checkpoint_refused",
      data: { reason: "damaged" },
    });
  });

  it.each(["head.f32", "bank.i8", "bank.jsonl", "router.json"])(
    "is refused when %s is missing",
    async (name) => {
      const directory = await written();
      rmSync(join(directory, name));
      await expect(readCheckpoint(directory, expected)).rejects.toMatchObject({
        code: "checkpoint_refused",
        data: { reason: "missing" },
      });
    },
  );

  it("is refused when a threshold was edited by hand", async () => {
    const directory = await written();
    const path = join(directory, "router.json");
    const document = JSON.parse(readFileSync(path, "utf8"));
    document.thresholds.confidence = 0.01;
    writeFileSync(path, JSON.stringify(document));
    await expect(readCheckpoint(directory, expected)).rejects.toMatchObject({
      data: { reason: "damaged" },
    });
  });

  it.each([
    ["not JSON", "{", "damaged"],
    ["of another format", '{"format":2}', "unknown_format"],
    ["of no format", "[]", "unknown_format"],
    ["half a document", '{"format":1,"labels":[]}', "damaged"],
  ])("is refused when router.json is %s", async (_, text, reason) => {
    const directory = await written();
    writeFileSync(join(directory, "router.json"), text);
    await expect(readCheckpoint(directory, expected)).rejects.toMatchObject({ data: { reason } });
  });

  it("is refused for another encoder and for other concepts", async () => {
    const directory = await written();
    await expect(
      readCheckpoint(directory, { ...expected, encoderDigest: "f".repeat(64) }),
    ).rejects.toMatchObject({ data: { reason: "other_encoder" } });
    await expect(
      readCheckpoint(directory, { ...expected, conceptDigest: "f".repeat(64) }),
    ).rejects.toMatchObject({ data: { reason: "other_concepts" } });
  });

  it("is refused when files of another one were mixed in", async () => {
    const [one, two] = [await written(), join(root, "other")];
    await writeCheckpoint(two, { ...head, weights: head.weights.map((w) => w + 1) }, facts);
    copyFileSync(join(two, "head.f32"), join(one, "head.f32"));
    await expect(readCheckpoint(one, expected)).rejects.toMatchObject({
      data: { reason: "damaged" },
    });
  });
});

describe("promotion", () => {
  it("puts a verified candidate in the running one's place and records it", async () => {
    const [candidate, running] = [await written(), join(root, "running")];
    const document = await promoteCheckpoint(candidate, running, ENCODER);
    const read = await readCheckpoint(running, expected);
    expect(read.document.digest).toBe(document.digest);
    const event = createPromotionEvent(document, "ana", { replaced: null, reasons: [] });
    expect(event.data).toMatchObject({ action: "router_promoted", subject: document.digest });
  });

  it("refuses a damaged candidate and leaves the running one alone", async () => {
    const [candidate, running] = [await written(), await written()];
    writeFileSync(join(candidate, "bank.i8"), "");
    await expect(promoteCheckpoint(candidate, running, ENCODER)).rejects.toMatchObject({
      code: "checkpoint_refused",
    });
    await expect(readCheckpoint(running, expected)).resolves.toBeDefined();
  });
});
