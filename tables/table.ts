/**
 * What a file of rows and columns comes to, whatever wrote it.
 *
 * Owns: the shapes that the parts of this room hand to each other, and the one error.
 *
 * 1. A cell's text is kept as it stood in the file; what it is taken for stands beside it.
 * 2. What was left out, turned or sorted is a note; what cannot be read for sure is a problem: nothing
 *    is done in silence.
 * 3. All of it is plain data and follows from bytes and hints alone.
 */

/** Answers to what a file leaves open. */
export interface ReadHints {
  readonly decimal?: DecimalSign | undefined;
  readonly dateOrder?: DateOrder | undefined;
  /** Sheet of a workbook; the first one with data when absent. */
  readonly sheet?: string | undefined;
}

export type DecimalSign = "point" | "comma";
export type DateOrder = "day_first" | "month_first";
export type ColumnKind = "date" | "number" | "flag" | "text" | "empty";
export type Frequency = "daily" | "weekly" | "monthly" | "quarterly" | "irregular";

/** How a file was read: enough to read it the same way by hand. */
export interface Dialect {
  /** Counted up when the same bytes would be read otherwise. */
  readonly reader: 1;
  readonly container: "csv" | "xlsx" | "parquet";
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" | null;
  readonly byte_order_mark: boolean;
  readonly separator: "," | ";" | "\t" | "|" | null;
  readonly decimal: DecimalSign;
  /** As asked for; null where the column itself told. */
  readonly date_order: DateOrder | null;
  readonly sheet: string | null;
  /** Line of the header, 1-based. */
  readonly header_line: number;
  /** Lines with content that are neither header nor row: titles, totals, footnotes. */
  readonly skipped_lines: readonly number[];
}

/** Something done on the way, for people. */
export interface Note {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: string;
}

/** Something that cannot be read for sure, or will stand in the way of a model. */
export interface Problem extends Note {
  readonly severity: "error" | "warning";
  /** What to do, one sentence; never to change what was measured. */
  readonly remedy: string;
}

export interface Numbers {
  /** NaN where the cell is missing. */
  readonly values: Float64Array;
  /** Each cell in plain spelling (`-1234.5`); empty where missing, the text itself where it is no number. */
  readonly plain: readonly string[];
  /** Percent cells are divided by 100. */
  readonly style: {
    readonly thousands: string;
    readonly currency: string;
    readonly percent: boolean;
  };
  /** Rows whose cell is neither number nor missing. */
  readonly invalid: readonly number[];
  /** The column has two readings: `1.234` may be a thousand or one and a bit. */
  readonly ambiguous: boolean;
}

export interface Dates {
  /** Days since 1970-01-01; null where the cell is no date. Of a month or quarter: its first day. */
  readonly days: readonly (number | null)[];
  readonly form: string;
  /** Day and month can be told apart nowhere in the column. */
  readonly ambiguous: boolean;
  readonly invalid: readonly number[];
}

export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly texts: readonly string[];
  readonly missing: number;
  readonly numbers: Numbers | null;
  readonly dates: Dates | null;
}

/** Which rows belong together, by the column taken for the date. */
export interface Layout {
  readonly date: string | null;
  readonly frequency: Frequency | null;
  readonly shape: "series" | "panel" | "long" | "several_rows";
  readonly geo: string | null;
  readonly long: LongForm | null;
}

/** One row per date and variable. */
export interface LongForm {
  readonly date: string;
  readonly variable: string;
  readonly values: readonly string[];
  readonly geo: string | null;
}

export interface DataTable {
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  /** Line of the file (row of the sheet) of each row, 1-based. */
  readonly lines: readonly number[];
  readonly dialect: Dialect;
  readonly notes: readonly Note[];
  readonly problems: readonly Problem[];
  readonly layout: Layout;
}

/** Cells as a file holds them, before anything is known of them. */
export interface Grid {
  readonly cells: readonly (readonly string[])[];
  readonly lines: readonly number[];
}

/** Why a file cannot be read at all. */
export type TableErrorCode =
  | "csv_malformed"
  | "rows_too_few"
  | "rows_too_many"
  | "date_ambiguous"
  | "number_ambiguous"
  | "several_rows_per_date";

/** The message says what, where and what to do, in one line. */
export class TableError extends Error {
  override readonly name = "TableError";
  readonly code: TableErrorCode;
  readonly data: Readonly<Record<string, string | number>>;

  constructor(code: TableErrorCode, message: string, data: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}
