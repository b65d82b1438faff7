/** Protects: a file of any spelling is read to the numbers of the plain one, or refused by its cause. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepareContent } from "../../agents/data-source.ts";
import { parseModelConfig } from "../../model/config.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { readDataTable } from "../../tables/read.ts";
import {
  comma,
  DATE_SPELLINGS,
  encodeLatin1,
  encodeUtf16,
  encodeUtf16Big,
  encodeUtf8,
  group,
  listReadSpellings,
  listRefusedSpellings,
  PLAIN_CSV,
  PLAIN_ROWS,
  writeCsv,
} from "../support/tables/spellings.ts";

const config = parseModelConfig({
  model_id: "spelled",
  data: { path: "x", date: "date", target: "sales" },
  channels: [
    { name: "tv", spend: "tv", media_type: "tv" },
    { name: "search", spend: "search", media_type: "search" },
  ],
});

const read = async (bytes: Uint8Array) => parseDataset(await prepareContent(bytes, config), config);

function takeNumbers({ dates, target, channels }: Awaited<ReturnType<typeof read>>) {
  return {
    dates,
    target: [...target],
    spend: channels.map(({ spend }) => [...spend]),
  };
}

const plain = takeNumbers(parseDataset(PLAIN_CSV, config));

describe("a file that is", () => {
  it.each(listReadSpellings())("%s is read to the numbers of the plain one", async (_, bytes) => {
    expect(takeNumbers(await read(bytes))).toEqual(plain);
  });

  it.each(listRefusedSpellings())("%s is refused by its cause", async (_, bytes, cause) => {
    await expect(read(bytes)).rejects.toThrow(cause);
  });

  it("among at least eighty spellings", () => {
    expect(listReadSpellings().length + listRefusedSpellings().length).toBeGreaterThanOrEqual(80);
  });
});

describe("what a file leaves open", () => {
  it("is settled by the configuration", async () => {
    const rows = PLAIN_ROWS.slice(0, 12).map((row, day) => ({
      ...row,
      date: `2022-01-${String(day + 1).padStart(2, "0")}`,
    }));
    const bytes = encodeUtf8(
      writeCsv({ rows, date: (iso) => `${iso.slice(5, 7)}/${iso.slice(8)}/2022` }),
    );
    const data = {
      ...config.data,
      frequency: "daily" as const,
      date_order: "month_first" as const,
    };
    const asked = { ...config, data };
    const { dates } = parseDataset(await prepareContent(bytes, asked), asked);
    expect(dates).toEqual(rows.map(({ date }) => date));
  });

  it("says which column and sign, once for the whole file", async () => {
    const bytes = encodeUtf8(
      writeCsv({ separator: ";", number: (value) => group(".", ",", 0)(1000 + value) }),
    );
    const { problems } = await readDataTable(bytes);
    expect(problems.map(({ code, column }) => [code, column])).toEqual([
      ["number_ambiguous", "sales"],
      ["number_ambiguous", "tv"],
      ["number_ambiguous", "search"],
    ]);
    const { columns } = await readDataTable(bytes, { decimal: "comma" });
    expect(columns[1]?.numbers?.values[0]).toBe(Math.round(1000 + (PLAIN_ROWS[0]?.sales ?? 0)));
  });
});

describe("what was left out or turned", () => {
  it("is told with its line", async () => {
    const table = await readDataTable(
      encodeUtf8(writeCsv({ before: "Report\n\n", after: "Total,1,2,3\nSource: me\n" })),
    );
    expect(table.notes.map(({ code, line }) => [code, line])).toEqual([
      ["title_row", 1],
      ["footnote", 65],
      ["totals_row", 64],
    ]);
    expect(table.dialect).toMatchObject({ header_line: 3, skipped_lines: [1, 65, 64] });
    expect(table.lines[0]).toBe(4);
  });
});

const ENCODINGS = {
  utf8: encodeUtf8,
  utf16: encodeUtf16,
  utf16big: encodeUtf16Big,
  latin1: encodeLatin1,
};
/** How numbers are written, with how many decimals they have. */
const NUMBERS: Readonly<Record<string, readonly [(value: number) => string, number]>> = {
  plain: [String, 3],
  comma: [comma, 3],
  us: [group(",", "."), 2],
  "us, whole": [group(",", ".", 0), 0],
  "us, three decimals": [group(",", ".", 3), 3],
  german: [group(".", ","), 2],
  "german, whole": [group(".", ",", 0), 0],
  "german, three decimals": [group(".", ",", 3), 3],
  "three decimals": [(value) => value.toFixed(3), 3],
  "three decimals, comma": [(value) => comma(value.toFixed(3)), 3],
  french: [group("\u00a0", ","), 2],
  swiss: [group("'", "."), 2],
};

describe("a random table in a random dialect", () => {
  it("is read to the same numbers or refused, never misread", async () => {
    const cell = fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 5_000_000 }).map((cents) => cents / 100),
      fc.integer({ min: 0, max: 2_000_000 }),
      fc.integer({ min: 0, max: 5_000_000 }).map((mills) => mills / 1000),
    );
    let readWell = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 8, maxLength: 40 }),
        fc.record({
          separator: fc.constantFrom(";", "\t", "|", ","),
          spelling: fc.constantFrom(...Object.values(NUMBERS)),
          date: fc.constantFrom(...Object.values(DATE_SPELLINGS)),
          encode: fc.constantFrom(...Object.values(ENCODINGS)),
          quote: fc.boolean(),
          crlf: fc.boolean(),
          title: fc.boolean(),
          total: fc.boolean(),
          newestFirst: fc.boolean(),
        }),
        fc.integer({ min: 0, max: 300 }),
        async (cells, { separator, spelling, date, encode, ...more }, start) => {
          const [spell, digits] = spelling;
          const rows = cells.map(([sales, tv, search], week) => ({
            date: new Date(Date.UTC(2019, 0, 7 + 7 * (start + week))).toISOString().slice(0, 10),
            sales: Number(sales.toFixed(digits)),
            tv: Number(tv.toFixed(digits)),
            search: Number(search.toFixed(digits)),
          }));
          const text = writeCsv({
            rows: more.newestFirst ? rows.toReversed() : rows,
            separator,
            number: spell,
            date,
            quote: more.quote,
            lineEnd: more.crlf ? "\r\n" : "\n",
            before: more.title ? "Report\n" : "",
            after: more.total ? `Total${separator}9${separator}9${separator}9\n` : "",
          });
          const result = await read(encode(text)).catch((error: unknown) => String(error));
          if (typeof result === "string") {
            expect(result).toMatch(/^(?:Mmm|Model)Error: \S/);
            return;
          }
          readWell += 1;
          expect(result.dates).toEqual(rows.map((row) => row.date));
          expect([...result.target]).toEqual(rows.map((row) => row.sales));
          expect(result.channels.map(({ spend }) => [...spend])).toEqual([
            rows.map((row) => row.tv),
            rows.map((row) => row.search),
          ]);
        },
      ),
      { numRuns: 500 },
    );
    expect(readWell).toBeGreaterThan(250);
  });
});
