import { describe, expect, it } from "vitest";
import { decodeText, recognizeContainer } from "../../tables/encoding.ts";
import {
  encodeLatin1,
  encodeUtf16,
  encodeUtf16Big,
  encodeUtf8,
} from "../support/tables/spellings.ts";

describe("the bytes of a text", () => {
  it("are decoded by the encoding that fits all of them", () => {
    const text = "Außenwerbung;Größe";
    expect(decodeText(encodeUtf8(text))).toMatchObject({ text, encoding: "utf-8" });
    expect(decodeText(encodeLatin1(text))).toMatchObject({ text, encoding: "windows-1252" });
    expect(decodeText(encodeUtf16(text))).toMatchObject({ text, encoding: "utf-16le" });
    expect(decodeText(encodeUtf16Big(`\ufeff${text}`))).toMatchObject({
      text,
      encoding: "utf-16be",
      byteOrderMark: true,
    });
  });

  it("of no text are refused by what they are", () => {
    expect(() => recognizeContainer(new Uint8Array([0x1f, 0x8b]))).toThrow(/gzip/);
    expect(() => decodeText(encodeUtf8("a\0b"))).toThrow(/zero bytes/);
    expect(() => decodeText(new Uint8Array([0x61, 0x81, 0x2c]))).toThrow(/neither UTF-8/);
    expect(recognizeContainer(encodeUtf8("a,b"))).toBe("csv");
  });
});
