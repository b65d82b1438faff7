/**
 * The files from which a first report is made without editing one: ours, others' (read where they lie),
 * a long one, and one as a German Excel writes it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

export const SHIPPED = resolve("examples/simulated/weekly.csv");

/** The rows of the shipped example by column. */
function readShipped(): Record<string, string>[] {
  const [head = "", ...lines] = readFileSync(SHIPPED, "utf8").trim().split("\n");
  const names = head.split(",");
  return lines.map((line) =>
    Object.fromEntries(line.split(",").map((cell, at) => [names[at], cell])),
  );
}

/** As a German Excel writes it: semicolons, decimal commas, points of thousands, Latin-1. */
function writeGerman(file: string): void {
  const spell = (text = "") =>
    new Intl.NumberFormat("de-DE", { minimumFractionDigits: 2 }).format(Number(text));
  const head =
    "Woche;Umsatz (€);Ausgaben Fernsehen;Plakatkosten;Radiokosten;Kosten Soziale Medien;Kosten Suche;Wettbewerbsindex;Aktionen";
  const rows = readShipped().map((row) => {
    const [year, month, day] = (row["date"] ?? "").split("-");
    const media = ["tv", "ooh", "radio", "social", "search"].map((name) =>
      spell(row[`${name}_spend`]),
    );
    const rest = [spell(row["competitor_index"]), row["promotion"]];
    return [`${day}.${month}.${year}`, spell(row["sales"]), ...media, ...rest].join(";");
  });
  const text = [head, ...rows, ""].join("\r\n");
  writeFileSync(file, Buffer.from(text.replaceAll("€", "\x80"), "latin1"));
}

/** One row for each date and variable. */
function writeLong(file: string): void {
  const names = ["sales", "tv_spend", "ooh_spend", "radio_spend", "social_spend", "search_spend"];
  const rows = readShipped().flatMap((row) =>
    names.map((name) => `${row["date"]},national,${name},${row[name]}`),
  );
  writeFileSync(file, ["Period,Geography,VariableName,VariableValue", ...rows, ""].join("\n"));
}

/** Files that people begin with, and the channels that `mmm init` takes them to hold, by media type. */
export const DATA_FILES: readonly {
  readonly name: string;
  /** A file, or what makes one. */
  readonly data: string | ((file: string) => void);
  readonly channels: Readonly<Record<string, string>>;
}[] = [
  {
    name: "the shipped example",
    data: SHIPPED,
    channels: { tv: "tv", ooh: "ooh", radio: "radio", social: "social", search: "search" },
  },
  {
    name: "Robyn's set",
    data: "../shared/data/robyn/dt_simulated_weekly.csv",
    channels: { tv: "tv", ooh: "ooh", print: "print", search: "search", facebook: "social" },
  },
  {
    name: "Meridian's geo panel",
    data: "../shared/cases/panel-picture/geo2.csv",
    channels: { channel0: "other", channel1: "other", channel2: "other", channel3: "other" },
  },
  {
    name: "a long file",
    data: writeLong,
    channels: { tv: "tv", ooh: "ooh", radio: "radio", social: "social", search: "search" },
  },
  {
    name: "a German Excel export",
    data: writeGerman,
    channels: {
      fernsehen: "tv",
      plakat: "ooh",
      radio: "radio",
      soziale_medien: "social",
      suche: "search",
    },
  },
];
