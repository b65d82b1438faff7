import { describe, expect, it } from "vitest";
import { listSchemas } from "../../schemas/codec.ts";
import { computeCrc64Avro } from "../../schemas/fingerprint.ts";
import golden from "../golden/fingerprints.json" with { type: "json" };

describe("CRC-64-AVRO", () => {
  it("gives the specification's fingerprints of primitive schemas", () => {
    expect(computeCrc64Avro(Buffer.from('"int"'))).toBe(0x7275d51a3f395c8fn);
    expect(computeCrc64Avro(Buffer.from('"null"'))).toBe(0x63dd24e7cc258f8an);
    expect(computeCrc64Avro(Buffer.from('"string"'))).toBe(0x8f014872634503c7n);
  });

  it("agrees with fastavro on every event schema (test/golden/fingerprints.py)", () => {
    const ours = Object.fromEntries(listSchemas().map((row) => [row.type, row.fingerprint]));
    expect(ours).toEqual(golden);
  });
});
