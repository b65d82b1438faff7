/** Names of months and weekdays in English, German, French, Spanish, Italian, Dutch and Portuguese. */

const MONTHS: readonly (readonly string[])[] = [
  [
    "january",
    "jan",
    "januar",
    "jänner",
    "janvier",
    "janv",
    "enero",
    "ene",
    "gennaio",
    "gen",
    "januari",
    "janeiro",
  ],
  [
    "february",
    "feb",
    "februar",
    "février",
    "fevrier",
    "févr",
    "fevr",
    "fév",
    "febrero",
    "febbraio",
    "februari",
    "fevereiro",
    "fev",
  ],
  ["march", "mar", "märz", "maerz", "mär", "mrz", "mars", "marzo", "maart", "mrt", "março"],
  ["april", "apr", "avril", "avr", "abril", "abr", "aprile"],
  ["may", "mai", "mayo", "maggio", "mag", "mei", "maio"],
  ["june", "jun", "juni", "juin", "junio", "giugno", "giu", "junho"],
  ["july", "jul", "juli", "juillet", "juil", "julio", "luglio", "lug", "julho"],
  ["august", "aug", "août", "aout", "agosto", "ago", "augustus"],
  [
    "september",
    "sep",
    "sept",
    "septembre",
    "septiembre",
    "setiembre",
    "settembre",
    "set",
    "setembro",
  ],
  ["october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "ott", "outubro", "out"],
  ["november", "nov", "novembre", "noviembre", "novembro"],
  [
    "december",
    "dec",
    "dezember",
    "dez",
    "décembre",
    "decembre",
    "déc",
    "diciembre",
    "dic",
    "dicembre",
    "dezembro",
  ],
];

const NUMBER_OF_MONTH: ReadonlyMap<string, number> = new Map(
  MONTHS.flatMap((names, index) => names.map((name) => [name, index + 1] as const)),
);

const WEEKDAY =
  /^(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|mo(?:ntag)?|di(?:enstag)?|mi(?:ttwoch)?|do(?:nnerstag)?|fr(?:eitag)?|sa(?:mstag)?|so(?:nntag)?|lun(?:di|es)?|mar(?:di|tes)|mer(?:credi)?|mi[eé]rcoles|jeu(?:di)?|jueves|ven(?:dredi)?|viernes|sam(?:edi)?|s[aá]bado|dim(?:anche)?|domingo)\.?,?\s+(?=\S)/i;

/** 1 … 12 of a month's name, with or without a dot; null for another word. */
export function readMonthName(word: string): number | null {
  return NUMBER_OF_MONTH.get(word.toLowerCase().replace(/\.$/, "").normalize("NFC")) ?? null;
}

/** A date without the weekday in front of it. */
export function dropWeekday(text: string): string {
  return text.replace(WEEKDAY, "");
}
