/**
 * Bytes → what kind of file they are, and the text of a text file.
 *
 * 1. A text is decoded only by an encoding that all of its bytes fit; a byte-order mark decides first.
 * 2. Other kinds of file are refused by their name, never shown as text.
 */
import { type Dialect, TableError } from "./table.ts";

export interface DecodedText {
  readonly text: string;
  readonly encoding: NonNullable<Dialect["encoding"]>;
  readonly byteOrderMark: boolean;
}

export type Container = Dialect["container"];

/** First bytes of files that are no table of ours, and what to save them as. */
const FOREIGN: readonly { readonly starts: readonly number[]; readonly is: string }[] = [
  { starts: [0xd0, 0xcf, 0x11, 0xe0], is: "an old Excel file (.xls)" },
  { starts: [0x1f, 0x8b], is: "compressed (gzip)" },
  { starts: [0x28, 0xb5, 0x2f, 0xfd], is: "compressed (zstd)" },
  { starts: [0x42, 0x5a, 0x68], is: "compressed (bzip2)" },
  { starts: [0x25, 0x50, 0x44, 0x46], is: "a PDF" },
  { starts: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], is: "an Arrow or Feather file" },
  { starts: [0x4f, 0x62, 0x6a, 0x01], is: "an Avro file" },
  { starts: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], is: "an SQLite database" },
  { starts: [0x24, 0x46, 0x4c, 0x32], is: "an SPSS file" },
  { starts: [0xff, 0xfe, 0x00, 0x00], is: "UTF-32 text" },
  { starts: [0x00, 0x00, 0xfe, 0xff], is: "UTF-32 text" },
];
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const PARQUET = [0x50, 0x41, 0x52, 0x31];
/** Bytes that windows-1252 leaves open. */
const OPEN_IN_1252 = /[\u0081\u008d\u008f\u0090\u009d]/;

/** Which reader the bytes are for. @throws TableError for a file that is known to be something else. */
export function recognizeContainer(bytes: Uint8Array): Container {
  const foreign = FOREIGN.find(({ starts }) => startsWith(bytes, starts));
  if (foreign !== undefined) throw refuse(`The file is ${foreign.is}`);
  if (startsWith(bytes, ZIP)) return "xlsx";
  return startsWith(bytes, PARQUET) ? "parquet" : "csv";
}

/** @throws TableError `csv_malformed` when the bytes are no text. */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) return decodeAs(bytes, "utf-8", true);
  if (startsWith(bytes, [0xff, 0xfe])) return decodeAs(bytes, "utf-16le", true);
  if (startsWith(bytes, [0xfe, 0xff])) return decodeAs(bytes, "utf-16be", true);
  const wide = recognizeWideText(bytes);
  if (wide !== null) return decodeAs(bytes, wide, false);
  const text = tryDecode(bytes, "utf-8");
  return text === null
    ? decodeAs(bytes, "windows-1252", false)
    : finish(text, { encoding: "utf-8", byteOrderMark: false });
}

function decodeAs(
  bytes: Uint8Array,
  encoding: DecodedText["encoding"],
  byteOrderMark: boolean,
): DecodedText {
  const text = tryDecode(bytes, encoding);
  if (text === null || (encoding === "windows-1252" && OPEN_IN_1252.test(text))) {
    throw refuse(`The file's text is neither UTF-8, UTF-16 nor Windows-1252`);
  }
  return finish(text, { encoding, byteOrderMark });
}

function tryDecode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function finish(text: string, how: Omit<DecodedText, "text">): DecodedText {
  if (text.includes("\0")) throw refuse("The file holds zero bytes: it is no text");
  const start = text.trimStart();
  if (/^[[{]/.test(start)) throw refuse("The file is JSON");
  if (/^<(?:!doctype|html|\?xml|table|!--)/i.test(start)) throw refuse("The file is HTML or XML");
  return { text, ...how };
}

/** UTF-16 without a mark: every second byte of Latin text is zero. */
function recognizeWideText(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const end = Math.min(bytes.length & ~1, 2000);
  if (end < 4) return null;
  let even = 0;
  let odd = 0;
  for (let index = 0; index < end; index += 2) {
    if (bytes[index] === 0) even += 1;
    if (bytes[index + 1] === 0) odd += 1;
  }
  if (odd > 0.4 * end && even === 0) return "utf-16le";
  return even > 0.4 * end && odd === 0 ? "utf-16be" : null;
}

function startsWith(bytes: Uint8Array, starts: readonly number[]): boolean {
  return starts.every((byte, index) => bytes[index] === byte);
}

function refuse(what: string): TableError {
  return new TableError(
    "csv_malformed",
    `${what}; save the table as CSV (UTF-8), .xlsx or Parquet`,
  );
}
