/** One table in many spellings: what programs and countries make of it. */
import { parquetWriteBuffer } from "hyparquet-writer";
import { Random } from "../../../model/random.ts";
import { type SheetCell, writeXlsx } from "./xlsx.ts";

const WEEKS = 60;
const DAY_MS = 86_400_000;
const random = new Random(11);

export interface PlainRow {
  readonly date: string;
  readonly sales: number;
  readonly tv: number;
  readonly search: number;
}

/** Weekly rows; one week without tv. */
export const PLAIN_ROWS: readonly PlainRow[] = Array.from({ length: WEEKS }, (_, week) => ({
  date: new Date(Date.UTC(2022, 0, 3 + 7 * week)).toISOString().slice(0, 10),
  sales: round(81_020.97 + 9000 * random.normal()),
  tv: week % 9 === 4 ? 0 : round(1200 + 4000 * random.uniform()),
  search: round(300 + 500 * random.uniform()),
}));

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The file as it is read today: commas, points, ISO dates. */
export const PLAIN_CSV = writeCsv({});

export interface Style {
  readonly separator?: string;
  readonly date?: (iso: string, index: number) => string;
  readonly number?: (value: number, column: string) => string;
  readonly quote?: boolean;
  readonly lineEnd?: string;
  readonly header?: readonly string[];
  readonly rows?: readonly PlainRow[];
  readonly before?: string;
  readonly after?: string;
}

/** The rows in a style. */
export function writeCsv(style: Style): string {
  const { separator = ",", lineEnd = "\n", rows = PLAIN_ROWS, quote = false } = style;
  const date = style.date ?? ((iso: string) => iso);
  const spell = style.number ?? String;
  const cell = (text: string): string => (quote || text.includes(separator) ? `"${text}"` : text);
  const lines = rows.map((row, index) => [
    date(row.date, index),
    spell(row.sales, "sales"),
    spell(row.tv, "tv"),
    spell(row.search, "search"),
  ]);
  const header = style.header ?? ["date", "sales", "tv", "search"];
  const body = [header, ...lines].map((row) => row.map(cell).join(separator));
  return `${style.before ?? ""}${body.join(lineEnd)}${lineEnd}${style.after ?? ""}`;
}

export const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const encodeUtf16 = (text: string): Uint8Array => Buffer.from(text, "utf16le");
export const encodeUtf16Big = (text: string): Uint8Array => Buffer.from(text, "utf16le").swap16();
export const encodeLatin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** Groups of three, a sign of decimals, two decimals. */
export function group(thousands: string, decimal: string, digits = 2): (value: number) => string {
  return (value) => {
    const [whole = "", part] = Math.abs(value).toFixed(digits).split(".");
    const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, thousands);
    return `${value < 0 ? "-" : ""}${grouped}${part === undefined ? "" : `${decimal}${part}`}`;
  };
}

export const comma = (value: number | string): string => String(value).replace(".", ",");

const split = (iso: string): [string, string, string] => iso.split("-") as [string, string, string];
const short = (text: string): string => String(Number(text));
const NAMES = {
  en: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
  EN: "January February March April May June July August September October November December",
  de: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
  fr: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
  es: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
} as const;
const month = (language: keyof typeof NAMES, number: string): string =>
  NAMES[language].split(" ")[Number(number) - 1] ?? "";

/** ISO week of a Monday. */
function isoWeek(iso: string): [number, number] {
  const thursday = new Date(Date.parse(iso) + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  return [year, 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS))];
}
const pad = (value: number): string => String(value).padStart(2, "0");

/** Dates by form. */
export const DATE_SPELLINGS: Readonly<Record<string, (iso: string) => string>> = {
  "YYYY/MM/DD": (iso) => iso.replaceAll("-", "/"),
  "YYYY.MM.DD": (iso) => iso.replaceAll("-", "."),
  "YYYY-M-D": (iso) => split(iso).map(short).join("-"),
  YYYYMMDD: (iso) => iso.replaceAll("-", ""),
  "DD/MM/YYYY": (iso) => split(iso).toReversed().join("/"),
  "D/M/YYYY": (iso) => split(iso).toReversed().map(short).join("/"),
  "MM/DD/YYYY": (iso) => [split(iso)[1], split(iso)[2], split(iso)[0]].join("/"),
  "M/D/YY": (iso) => [short(split(iso)[1]), short(split(iso)[2]), split(iso)[0].slice(2)].join("/"),
  "DD.MM.YYYY": (iso) => split(iso).toReversed().join("."),
  "DD.MM.YY": (iso) => [split(iso)[2], split(iso)[1], split(iso)[0].slice(2)].join("."),
  "DD-MM-YYYY": (iso) => split(iso).toReversed().join("-"),
  "a timestamp": (iso) => `${iso} 00:00:00`,
  "a timestamp in UTC": (iso) => `${iso}T00:00:00Z`,
  "BigQuery's timestamp": (iso) => `${iso} 00:00:00 UTC`,
  "a timestamp with an offset": (iso) => `${iso}T00:00:00+01:00`,
  "a timestamp with milliseconds": (iso) => `${iso}T00:00:00.000`,
  "German with a time": (iso) => `${split(iso).toReversed().join(".")} 00:00`,
  "US with a time": (iso) => `${[split(iso)[1], split(iso)[2], split(iso)[0]].join("/")} 12:00 AM`,
  "3-Jan-2022": (iso) => `${short(split(iso)[2])}-${month("en", split(iso)[1])}-${split(iso)[0]}`,
  "03-Jan-22": (iso) => `${split(iso)[2]}-${month("en", split(iso)[1])}-${split(iso)[0].slice(2)}`,
  "Jan 3, 2022": (iso) => `${month("en", split(iso)[1])} ${short(split(iso)[2])}, ${split(iso)[0]}`,
  "January 3, 2022": (iso) =>
    `${month("EN", split(iso)[1])} ${short(split(iso)[2])}, ${split(iso)[0]}`,
  "Monday, January 3, 2022": (iso) =>
    `Monday, ${month("EN", split(iso)[1])} ${short(split(iso)[2])}, ${split(iso)[0]}`,
  "3. Januar 2022": (iso) =>
    `${short(split(iso)[2])}. ${month("de", split(iso)[1])} ${split(iso)[0]}`,
  "Montag, 3. Januar 2022": (iso) =>
    `Montag, ${short(split(iso)[2])}. ${month("de", split(iso)[1])} ${split(iso)[0]}`,
  "3 janvier 2022": (iso) =>
    `${short(split(iso)[2])} ${month("fr", split(iso)[1])} ${split(iso)[0]}`,
  "3 de enero de 2022": (iso) =>
    `${short(split(iso)[2])} de ${month("es", split(iso)[1])} de ${split(iso)[0]}`,
  "2022-W01": (iso) => `${isoWeek(iso)[0]}-W${pad(isoWeek(iso)[1])}`,
  "2022W01": (iso) => `${isoWeek(iso)[0]}W${pad(isoWeek(iso)[1])}`,
  "2022-W01-1": (iso) => `${isoWeek(iso)[0]}-W${pad(isoWeek(iso)[1])}-1`,
  "KW 01/2022": (iso) => `KW ${pad(isoWeek(iso)[1])}/${isoWeek(iso)[0]}`,
  "W1 2022": (iso) => `W${isoWeek(iso)[1]} ${isoWeek(iso)[0]}`,
  "pandas' weeks": (iso) =>
    `${iso}/${new Date(Date.parse(iso) + 6 * DAY_MS).toISOString().slice(0, 10)}`,
  "a German range": (iso) =>
    [iso, new Date(Date.parse(iso) + 6 * DAY_MS).toISOString().slice(0, 10)]
      .map((day) => split(day).toReversed().join("."))
      .join(" - "),
  "202201 (weeks)": (iso) => `${isoWeek(iso)[0]}${pad(isoWeek(iso)[1])}`,
  "Excel serial": (iso) => String(Date.parse(iso) / DAY_MS + 25_569),
  "seconds since 1970": (iso) => String(Date.parse(iso) / 1000),
  "milliseconds since 1970": (iso) => String(Date.parse(iso)),
};

const total = (column: keyof PlainRow): string =>
  PLAIN_ROWS.reduce((sum, row) => sum + Number(row[column]), 0).toFixed(2);

const german: Style = {
  separator: ";",
  number: comma,
  date: DATE_SPELLINGS["DD.MM.YYYY"] as never,
};

/** Files that must be read to the numbers of the plain one. */
export function listReadSpellings(): [string, Uint8Array][] {
  const csv = (name: string, style: Style, encode = encodeUtf8): [string, Uint8Array] => [
    name,
    encode(writeCsv(style)),
  ];
  const mark = (text: string): string => `\ufeff${text}`;
  return [
    csv("plain", {}),
    csv("semicolons", { separator: ";" }),
    csv("tabs", { separator: "\t" }),
    csv("bars", { separator: "|" }),
    csv("CRLF", { lineEnd: "\r\n" }),
    csv("CR", { lineEnd: "\r" }),
    csv("sep= line", { separator: ";", before: "sep=;\n" }),
    csv("all quoted", { quote: true }),
    csv("quoted semicolons, decimal commas", { ...german, quote: true }),
    csv("German Excel", german),
    csv("German Excel, thousands", { ...german, number: group(".", ",") }),
    csv("French, spaces", {
      separator: ";",
      number: group(" ", ","),
      date: DATE_SPELLINGS["DD/MM/YYYY"] as never,
    }),
    csv("French, narrow spaces", { separator: ";", number: group("\u202f", ",") }),
    csv(
      "French, wide spaces in Latin-1",
      { separator: ";", number: group("\u00a0", ",") },
      encodeLatin1,
    ),
    csv("Swiss, apostrophes", { separator: ";", number: group("'", ".") }),
    csv("Swiss, typographic apostrophes", { separator: ";", number: group("’", ".") }),
    csv("US, thousands", { number: group(",", ".") }),
    csv("US, dollars", { number: (value) => `$${group(",", ".")(value)}` }),
    csv("euros behind", { ...german, number: (value) => `${group(".", ",")(value)} €` }),
    csv(
      "euros in Windows-1252",
      { ...german, number: (value) => `${group(".", ",")(value)} \u0080` },
      encodeLatin1,
    ),
    csv("ISO currency", { number: (value) => `EUR ${value}` }),
    csv("pounds", { number: (value) => `£${group(",", ".")(value)}` }),
    csv("percent signs", {
      number: (value, column) =>
        column === "search"
          ? `${(value * 1e6) / 1e4}%`.replace(/\.(\d\d)\d*%/, ".$1%")
          : String(value),
    }),
    csv("decimal commas in quotes", { number: comma }),
    csv("decimal commas between tabs", { number: comma, separator: "\t" }),
    csv("exponents", { number: (value) => value.toExponential() }),
    csv("plus signs", { number: (value) => `+${value}` }),
    csv("trailing zeros", { number: (value) => value.toFixed(4) }),
    csv("blanks around cells", { number: (value) => ` ${value} ` }),
    csv("UTF-16 with a mark", { separator: "\t", before: "\ufeff" }, encodeUtf16),
    csv("UTF-16 big-endian with a mark", { separator: "\t", before: "\ufeff" }, encodeUtf16Big),
    csv("UTF-16 without a mark", {}, encodeUtf16),
    csv("UTF-16, German", { ...german, before: "\ufeff" }, encodeUtf16),
    csv("a byte-order mark", { before: "\ufeff" }),
    csv("a byte-order mark and semicolons", { ...german, before: "\ufeff" }),
    csv("a title row", { before: "Weekly sales report\n" }),
    csv("title rows and a blank line", {
      before: "Report;;;\nexported on 2023-04-01;;;\n\n",
      separator: ";",
    }),
    csv("a totals row", { after: `Total,${total("sales")},${total("tv")},${total("search")}\n` }),
    csv("a German totals row", {
      ...german,
      after: `Gesamt;${comma(Number(total("sales")))};1;2\n`,
    }),
    csv("a French totals row", {
      after: `Total général,${total("sales")},${total("tv")},${total("search")}\n`,
    }),
    csv("sums without a word", { after: `,${total("sales")},${total("tv")},${total("search")}\n` }),
    csv("a footnote", { after: "Source: finance\n" }),
    ["a totals row without a date", encodeUtf8(`${PLAIN_CSV},Total,1,2\n`)],
    csv("blank lines at the end", { after: "\n\n,,,\n" }),
    csv("units under the header", {
      header: ["date", "sales", "tv", "search"],
      before: "",
      after: "",
    }),
    ["units row", encodeUtf8(PLAIN_CSV.replace("\n", "\n,EUR,EUR,EUR\n"))],
    [
      "the header again",
      encodeUtf8(PLAIN_CSV.replace(/\n(2022-06)/, "\ndate,sales,tv,search\n$1")),
    ],
    ["empty columns at the end", encodeUtf8(PLAIN_CSV.replaceAll("\n", ",,\n"))],
    [
      "separators at the end of rows alone",
      encodeUtf8(PLAIN_CSV.replaceAll("\n", ",\n").replace(",\n", "\n")),
    ],
    ["a pandas index", encodeUtf8(prefixLines(["", ...PLAIN_ROWS.map((_, row) => String(row))]))],
    [
      "R's row names",
      encodeUtf8(prefixLines(['""', ...PLAIN_ROWS.map((_, row) => `"${row + 1}"`)])),
    ],
    csv("newest first", { rows: PLAIN_ROWS.toReversed() }),
    csv("shuffled", { rows: PLAIN_ROWS.toSorted((a, b) => a.tv - b.tv) }),
    ...Object.entries(DATE_SPELLINGS).map(([name, date]) =>
      csv(`dates: ${name}`, { date, separator: ";" }),
    ),
    ["xlsx", writeXlsx(sheetRows((row) => new Date(`${row.date}T00:00:00Z`)))],
    ["xlsx, dates as text", writeXlsx(sheetRows((row) => row.date))],
    [
      "xlsx, a title row",
      writeXlsx([["Weekly report", null, null, null], ...sheetRows((row) => row.date)]),
    ],
    ["xlsx, numbers as German text", writeXlsx(sheetRows((row) => row.date, group(".", ",")))],
    ["Parquet", writeParquet("text")],
    ["Parquet, dates as days", writeParquet("days")],
    ["long", encodeUtf8(writeLong())],
    [mark("a mark alone in UTF-8").slice(1), encodeUtf8(mark(PLAIN_CSV))],
  ];
}

function prefixLines(first: readonly string[]): string {
  const lines = PLAIN_CSV.trimEnd().split("\n");
  return `${lines.map((line, index) => `${first[index] ?? ""},${line}`).join("\n")}\n`;
}

function sheetRows(
  date: (row: PlainRow) => SheetCell,
  spell: (value: number) => SheetCell = (value) => value,
): SheetCell[][] {
  return [
    ["date", "sales", "tv", "search"],
    ...PLAIN_ROWS.map((row) => [date(row), spell(row.sales), spell(row.tv), spell(row.search)]),
  ];
}

function writeParquet(dates: "text" | "days"): Uint8Array {
  const column = (name: "sales" | "tv" | "search") => ({
    name,
    data: PLAIN_ROWS.map((row) => row[name]),
    type: "DOUBLE" as const,
  });
  const date =
    dates === "text"
      ? { name: "date", data: PLAIN_ROWS.map((row) => row.date), type: "STRING" as const }
      : {
          name: "date",
          data: PLAIN_ROWS.map((row) => new Date(`${row.date}T00:00:00Z`)),
          type: "TIMESTAMP" as const,
        };
  return new Uint8Array(
    parquetWriteBuffer({ columnData: [date, column("sales"), column("tv"), column("search")] }),
  );
}

function writeLong(): string {
  const rows = PLAIN_ROWS.flatMap((row) =>
    (["sales", "tv", "search"] as const).map((name) => `${row.date},${name},${row[name]}`),
  );
  return `date,variable,value\n${rows.join("\n")}\n`;
}

/** Files that have two readings, or none: refused, and the words that name the cause. */
export function listRefusedSpellings(): [string, Uint8Array, RegExp][] {
  const csv = (name: string, style: Style, cause: RegExp): [string, Uint8Array, RegExp] => [
    name,
    encodeUtf8(writeCsv(style)),
    cause,
  ];
  const few = PLAIN_ROWS.slice(0, 12).map((row, index) => ({
    ...row,
    date: `2022-01-${pad(index + 1)}`,
  }));
  const swap = (iso: string): string => [split(iso)[1], split(iso)[2], split(iso)[0]].join("/");
  return [
    csv(
      "month and day that no row tells apart",
      { rows: few, date: swap },
      /day\/month or month\/day/,
    ),
    csv(
      "one group of three everywhere",
      { separator: ";", number: (value) => group(".", ",", 0)(1000 + value) },
      /thousands or decimals/,
    ),
    csv(
      "one group of three everywhere, commas",
      { separator: "\t", number: (value) => group(",", ".", 0)(1000 + value) },
      /thousands or decimals/,
    ),
    csv(
      "two currencies",
      { number: (value, column) => (column === "tv" && value > 3000 ? `$${value}` : `€${value}`) },
      /mixes currencies/,
    ),
    csv(
      "percent signs here and there",
      {
        number: (value, column) => (column === "tv" && value > 3000 ? `${value}%` : String(value)),
      },
      /percent sign in some cells/,
    ),
    csv(
      "midnight in UTC of the day before",
      { date: (iso) => new Date(Date.parse(iso) - 3_600_000).toISOString() },
      /time zone/,
    ),
    csv("NA", { number: (value) => (value === 0 ? "NA" : String(value)) }, /no value on line 6/),
    csv("a dash", { number: (value) => (value === 0 ? "-" : String(value)) }, /no value on line 6/),
    csv(
      "#N/V",
      { number: (value) => (value === 0 ? "#N/V" : String(value)) },
      /no value on line 6/,
    ),
    csv("empty", { number: (value) => (value === 0 ? "" : String(value)) }, /no value on line 6/),
    csv(
      "a word among numbers",
      { number: (value) => (value === 0 ? "n/k" : String(value)) },
      /"n\/k" on line 6/,
    ),
    csv("thousands by words", { number: (value) => `${value / 1000}k` }, /must be a plain number/),
    ["no header", encodeUtf8(PLAIN_CSV.slice(PLAIN_CSV.indexOf("\n") + 1)), /no header line/],
    ["spaces between", encodeUtf8(PLAIN_CSV.replaceAll(",", " ")), /stand between spaces/],
    ["carets between", encodeUtf8(PLAIN_CSV.replaceAll(",", "^")), /stand between "\^"/],
    [
      "dates across the columns",
      encodeUtf8(
        `channel,${PLAIN_ROWS.map(({ date }) => date).join(",")}\ntv,${PLAIN_ROWS.map(({ tv }) => tv).join(",")}\n`,
      ),
      /dates run across/,
    ],
    csv(
      "quarters",
      {
        rows: PLAIN_ROWS.slice(0, 30).map((row, index) => ({
          ...row,
          date: `${2012 + Math.floor(index / 4)}-Q${(index % 4) + 1}`,
        })),
      },
      /no model takes quarters/,
    ),
    [
      "a cell too many",
      encodeUtf8(PLAIN_CSV.replace("\n2022-02", ",7\n2022-02")),
      /Line \d+ has 5 cells/,
    ],
    [
      "a cell too few",
      encodeUtf8(PLAIN_CSV.replace(/,[\d.]+\n2022-03/, "\n2022-03")),
      /Line \d+ has 3 cells/,
    ],
    ["JSON", encodeUtf8(JSON.stringify(PLAIN_ROWS)), /JSON/],
    ["HTML", encodeUtf8("<html><table></table></html>"), /HTML/],
    ["old Excel", new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 1, 2]), /\.xls/],
    ["gzip", new Uint8Array([0x1f, 0x8b, 8, 0]), /gzip/],
    ["empty", new Uint8Array(), /empty/],
    ["a header alone", encodeUtf8("date,sales,tv,search\n"), /no rows/],
    ["a damaged workbook", new Uint8Array([0x50, 0x4b, 3, 4, 9, 9]), /no Excel workbook/],
    ["a damaged Parquet", new Uint8Array([0x50, 0x41, 0x52, 0x31, 9, 9]), /no Parquet/],
    csv(
      "a date that is none",
      { date: (iso) => (iso === "2022-03-07" ? "2022-02-30" : iso) },
      /2022-02-30/,
    ),
  ];
}
