/**
 * Compression that other producers may have used: gzip comes with kafkajs, the rest is added here.
 *
 * Snappy data are either one raw block or the Java client's framing ("xerial"): a 16-byte header,
 * then blocks of a 4-byte length and raw Snappy. LZ4 data are LZ4 frames; Zstandard is Node's own.
 */
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { compressFrame, decompressFrame } from "lz4-napi";
import { CompressionCodecs, CompressionTypes, type CompressionType } from "./kafkajs-patches.ts";

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(data: Buffer): Promise<Buffer>;
}

const require = createRequire(import.meta.url);
/** The package has no types of its own. */
const snappy = require("snappyjs") as {
  compress(data: Buffer): Buffer;
  uncompress(data: Buffer): Buffer;
};
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;
const zstd = { compress: promisify(zstdCompress), decompress: promisify(zstdDecompress) };

const CODECS: Readonly<Record<"snappy" | "lz4" | "zstd", Codec>> = {
  snappy: {
    compress: async ({ buffer }) => snappy.compress(buffer),
    decompress: async (data) => decodeSnappy(data),
  },
  lz4: {
    compress: ({ buffer }) => compressFrame(buffer),
    decompress: (data) => decompressFrame(data),
  },
  zstd: {
    compress: async ({ buffer }) => zstd.compress(buffer),
    decompress: async (data) => zstd.decompress(data),
  },
};

/** Name of a compression in the settings -> kafkajs's number. */
export const COMPRESSIONS: Readonly<Record<string, CompressionType>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** Makes kafkajs read and write all of them. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => CODECS.snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => CODECS.lz4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => CODECS.zstd;
}

function decodeSnappy(data: Buffer): Buffer {
  if (!data.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return snappy.uncompress(data);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < data.length; ) {
    const length = data.readInt32BE(at);
    blocks.push(snappy.uncompress(data.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}
