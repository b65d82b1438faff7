/**
 * Is this text in a language the encoder knows (English)? By script, then by function words and
 * letters that give a language away. Made to be right about "not English", not to name every
 * language of the world.
 *
 * I1. Pure, linear, reads at most MAX_READ_CHARS.
 * I2. "en" is said of Latin text that shows English words, or shows nothing of another language
 *     (short commands, code, product names).
 */

const MAX_READ_CHARS = 4_000;
/** Words from which on English shows itself. */
const WORDS_TO_TELL = 6;

export type Language =
  | "en"
  | "de"
  | "fr"
  | "es"
  | "it"
  | "pt"
  | "nl"
  | "other_latin"
  | "other_script"
  /** No letters at all: empty, digits, emoji, binary. */
  | "none";

/** Frequent words that are not also frequent in English text. */
const FUNCTION_WORDS: Readonly<Record<string, string>> = {
  en: "without find something between each first second per rate error base effects order live media model sales budget approve check change add remove a no plus comment thanks pls please set s t re d use used run new old try put take good bad tv roi the of and to is are was were be been this that these those it its we you they our your their for with from by not have has had do does did can could should would will shall may might please if then than when what which who how why there here at on as an or but about into out up down over let make get give want need all any some more less too very just only i my me us he she his her",
  de: "der die das und ist sind war ein eine einen einem einer nicht zu auf für mit von bei wir ihr sie es ich bitte wie was warum welche welcher den dem des im am zum zur nach über oder aber auch noch schon soll sollen sollte kann können wird werden haben hat unser unsere unseren unserer mir uns zwischen durch ohne gegen wenn dass neu",
  fr: "le la les un une des du de et est sont à au aux pour avec sur dans par pas ne nous vous ils elle il je ce cette ces que qui quoi quel quelle quels quelles pourquoi comment merci faut faudrait peut plaît notre nos votre mais ou où plus trop bien deux même être avoir mon me demain lance attend attendre avant après prochain prochaine donner son leur été fait faire encore déjà ici là très",
  es: "el la los las un una unos unas de del y es son a al para con por en no nos se su sus que qué quién cuál cuáles cómo cuando por favor hay debe deberíamos podemos este esta estos estas muy más pero o como lo le si sí está ser haber nuestro nuestra mañana",
  it: "il lo la gli le un una di del della dei delle e è sono a al alla per con su da non ci si che chi come quando perché possiamo questo questa più ma o anche nostro troppo lunedì",
  pt: "o os as um uma de do da dos das e é são para com por em no na não nos se que quem qual como quando podemos este esta mais mas ou também nosso novamente segunda favor",
  nl: "de het een en is zijn van op voor met niet naar bij wij we jullie ik dit dat deze die wat waarom hoe wel geen ook nog maar door uit alsjeblieft onze ons kunnen moet gaan gaat wachten even zijn hebben heeft maandag volgende",
  other_latin:
    "skal vi på og det er ikke att och som för till av eller jag du han hun inte är en ett jeg kan har om nie jest się czy co jak na od za proszę można czy tego ve bir bu mı için ne değil että ei on onko mikä ja se ovat hogy és az nem egy să nu este și din pe cu je se že jsem mohu můžeme v má být ali kako što nije",
};

/** Letters and endings that English has not. */
const LETTERS: readonly (readonly [Language, RegExp])[] = [
  ["de", /[äöüß]/giu],
  ["fr", /[çœêèëîïûùâ]|(?<!\p{L})[ldjnsc]['’](?=\p{L})/giu],
  ["es", /[ñ¿¡]|ción\b|á|í|ó|ú/giu],
  ["it", /\b(?:dell|nell|all|sull)'|zione\b|ità\b|ò|ì/giu],
  ["pt", /[ãõ]|ção\b|ções\b/giu],
  ["other_latin", /[łąęśźżćńřšžěďťňğışåøæőűțșăčđ]/giu],
];

const WORD_SETS: readonly (readonly [string, ReadonlySet<string>])[] = Object.entries(
  FUNCTION_WORDS,
).map(([language, list]) => [language, new Set(list.split(" "))]);

/** The language of `text`, as far as routing needs to know. */
export function detectLanguage(text: string): Language {
  const read = text.slice(0, MAX_READ_CHARS).toWellFormed().normalize("NFC").toLowerCase();
  const letters = read.match(/\p{L}/gu) ?? [];
  if (letters.length === 0) return "none";
  const latin = read.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (latin < letters.length * 0.6) return "other_script";
  const words = read.match(/\p{L}+/gu) ?? [];
  return chooseLanguage(scoreLanguages(read, words), words.length);
}

/** True for a text the English encoder may judge. */
export function isEncoderLanguage(language: Language): boolean {
  return language === "en";
}

function scoreLanguages(read: string, words: readonly string[]): Map<string, number> {
  const score = new Map<string, number>();
  const add = (language: string, amount: number) =>
    score.set(language, (score.get(language) ?? 0) + amount);
  for (const [language, set] of WORD_SETS) {
    add(language, words.filter((word) => set.has(word)).length / Math.max(4, words.length));
  }
  for (const [language, pattern] of LETTERS) {
    const hits = read.match(pattern)?.length ?? 0;
    add(language, (0.6 * hits) / Math.max(4, words.length));
  }
  return score;
}

function chooseLanguage(score: ReadonlyMap<string, number>, words: number): Language {
  const [best, points] = [...score].reduce((a, b) => (b[1] > a[1] ? b : a));
  const english = score.get("en") ?? 0;
  // English of this length without one of its commonest words is not English.
  if (english === 0 && words >= WORDS_TO_TELL)
    return best === "en" ? "other_latin" : (best as Language);
  // A foreign word or two in an English sentence is not another language.
  if (best === "en" || points < 0.12 || points <= english * 1.3) return "en";
  return best as Language;
}
