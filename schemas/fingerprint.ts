/**
 * CRC-64-AVRO, the Rabin fingerprint of the Avro specification (1.12, "Schema Fingerprints"), over
 * the parsing canonical form of a schema.
 */
const EMPTY = 0xc15d213aa4d7a795n;

const TABLE: readonly bigint[] = Array.from({ length: 256 }, (_, index) => {
  let bits = BigInt(index);
  for (let step = 0; step < 8; step += 1) {
    bits = (bits >> 1n) ^ (EMPTY & -(bits & 1n));
  }
  return BigInt.asUintN(64, bits);
});

/** 64-bit fingerprint of bytes. */
export function computeCrc64Avro(bytes: Uint8Array): bigint {
  let bits = EMPTY;
  for (const byte of bytes) {
    bits = (bits >> 8n) ^ (TABLE[Number((bits ^ BigInt(byte)) & 0xffn)] ?? 0n);
  }
  return BigInt.asUintN(64, bits);
}
