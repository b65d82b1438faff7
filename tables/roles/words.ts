/**
 * The words that column names are made of, in English, German, French, Spanish and some Italian: media,
 * money, exposure, outcomes, what is no cause.
 *
 * I1. Patterns read names as `names.ts` writes them: small letters a to z and digits, one space between
 *     words, no accents.
 * I2. The first row that fits wins, so the narrower word stands before the wider one.
 */

/** What a channel can be, finer than the media types of a model. */
export type Medium =
  | "tv"
  | "bvod"
  | "video"
  | "radio"
  | "print"
  | "ooh"
  | "cinema"
  | "social"
  | "influencer"
  | "display"
  | "retail_media"
  | "search"
  | "affiliate"
  | "email"
  | "direct"
  | "sponsorship"
  | "other";

export type ExposureKind = "impressions" | "grps" | "views" | "reach" | "clicks" | "sends";
export type OutcomeKind = "revenue" | "units" | "profit" | "unknown";

type Words<T> = readonly (readonly [kind: T, pattern: RegExp])[];

export const MEDIUM_WORDS: Words<Medium> = [
  ["influencer", /\b(?:influenc\w*|creator\w*|ambassador\w*)\b/],
  ["affiliate", /\b(?:affiliat\w*|afiliad\w*|affilies?|aff|partnerprogramm\w*)\b/],
  ["sponsorship", /\b(?:sponsor\w*|parrainage|patrocini\w*)\b/],
  ["retail_media", /\b(?:retail media|amazon(?: ads?)?|criteo retail|instore media)\b/],
  ["bvod", /\b(?:bvod|ott|ctv|connected tv|addressable tv|vod|streaming|atv)\b/],
  [
    "social",
    /\b(?:facebook\w*|fb|meta|instagram\w*|insta|ig|tiktok|snap(?:chat)?|pinterest|linkedin|twitter|reddit|paid social|social\w*|sozial\w*|reseaux sociaux|redes sociales|smm)\b|^so$/,
  ],
  [
    "display",
    /\b(?:display|gdn|google display|banner\w*|programmatic|programmatique|programatica|native|retargeting|remarketing|criteo|dsp|rtb)\b/,
  ],
  ["video", /\b(?:youtube|yt|online video|olv|video\w*|viddig|pre ?roll)\b/],
  [
    "search",
    /\b(?:search\w*|sem|sea|ppc|adwords|google\w*|bing|such\w*|recherche|referencement|liens sponsorises|busqueda\w*|buscador\w*|busca|shopping|pla)\b/,
  ],
  ["email", /\b(?:e ?mail\w*|em|edm|newsletter\w*|crm|courriel\w*|correo|sms|push)\b/],
  ["tv", /\b(?:tv|dtv|drtv|vidtr|tele|televis\w*|fernseh\w*)\b/],
  ["radio", /\b(?:radio\w*|audio\w*|aud(?:tr|dig)|podcast\w*|spotify|horfunk|hoerfunk|rundfunk)\b/],
  [
    "ooh",
    /\b(?:ooh|dooh|out of home|outdoor|billboard\w*|plakat\w*|aussenwerbung|affichage|exterior|valla\w*|citylight\w*|via publica|affissioni)\b/,
  ],
  ["cinema", /\b(?:cinemas?|kino\w*|cine)\b/],
  ["direct", /\b(?:direct mail|dm|direktmail\w*|mailings?|catalogu?e?s?|katalog\w*|postal)\b/],
  [
    "print",
    /\b(?:print\w*|newspapers?|magazin\w*|press|presse|zeitung\w*|zeitschrift\w*|anzeigen?\w*|journaux|prensa|jorna(?:l|is)|revistas?|stampa|nsp|inserts?|inst|prospekt\w*|beilage\w*|flyer\w*|leaflets?)\b/,
  ],
  ["display", /\b(?:online|digital)\b/],
];

/** Names of media that say nothing of the kind. */
export const GENERIC_MEDIUM =
  /\b(?:channel ?\d*|media ?\d*|kanal ?\d*|canal ?\d*|ch ?\d+|ads?|adverti\w*|werbung|publicite|publicidad|campaigns?|marketing)\b|^x ?\d+$/;

/** What was paid. */
export const SPEND_WORDS =
  /\b(?:ad ?spend|media ?spend|spends?|spendings?|costs?|budgets?|invest\w*|expenditures?|expenses?|ausgaben?|\w*kosten|aufwand|aufwendungen|mediavolumen|depenses?|couts?|gastos?|costes?|costos?|inversion\w*|spes[ae]|custos?|uitgaven|mdsp|outlay)\b/;

/** Endings of one word that are a word of their own: `tvspend`, `radiokosten`. */
export const COMPOUND_ENDINGS =
  /^(.{2,}?)(spend|cost|budget|kosten|ausgaben|impressions?|clicks?|klicks?|kontakte|grps?)$/;

export const EXPOSURE_WORDS: Words<ExposureKind> = [
  [
    "impressions",
    /\b(?:impressions?|imps?|impr|mdip|einblendungen|impresiones|impressioni|impressoes)\b/,
  ],
  ["grps", /\b(?:grps?|trps?|rating points?)\b/],
  ["views", /\b(?:views?|vues|visualizaciones|aufrufe)\b/],
  ["reach", /\b(?:reach|reichweite|portee|alcance|\w*kontakte|contacts?)\b/],
  ["clicks", /\b(?:clicks?|klicks?|clics?|cliques|clic)\b/],
  ["sends", /\b(?:sends?|sent|opens?|delivered|versand)\b/],
];

/** How often one person was reached: no exposure of its own. */
export const FREQUENCY_WORDS = /\b(?:frequency|frequenz|frequence|frecuencia)\b/;

/** What a model can explain; revenue before units before profit. */
export const OUTCOME_WORDS: Words<OutcomeKind> = [
  [
    "revenue",
    /\b(?:revenues?|turnover|sales?|gmv|umsatz\w*|umsaetze|\w*umsatz|erlose?|erloese?|chiffre d? ?affaires|ca(?: ht)?|ventes?|ingresos?|facturacion|ventas?|ricavi|fatturato|vendite|vendas|receitas?|faturamento|omzet)\b/,
  ],
  [
    "units",
    /\b(?:conversions?|conversiones|orders?|bestell\w*|commandes?|pedidos?|transactions?|units?|absatz\w*|verkauf\w*|verkaeufe|leads?|sign ?ups?|registrations?|bookings?|purchases?|installs?|subscri\w*|new customers?|neukunden|volume|quantity|menge)\b/,
  ],
  ["unknown", /\b(?:kpi|target|outcome|response|zielgrosse)\b|^y$/],
  ["profit", /\b(?:profits?|gewinn\w*|deckungsbeitrag|benefice|beneficio|margin|marge)\b/],
];

/** One thing per another: a price, a value per conversion. */
export const RATE_WORDS = /\b(?:per|pro|par|por|je)\b/;

/** Others' actions and conditions: controls, also where the name holds the word for an outcome. */
export const CONTROL_WORDS =
  /\b(?:compet\w*|konkurren\w*|wettbewerb\w*|concurren\w*|rival\w*|prices?|preis\w*|prix|precios?|discounts?|rabatt\w*|remise|descuento\w*|temp\w*|weather|wetter|meteo|clima|rain|index|gdp|cpi|inflation|unemployment|distribution|stores?|filialen|gqv|(?:query|search) volume|suchvolumen|google trends|sentiment|score|control\w*|covid\w*|confidence|stock|inventory)\b/;

/** What others do: never the owner's media, also where it is named as spend. */
export const COMPETITOR_WORDS =
  /\b(?:compet\w*|konkurren\w*|wettbewerb\w*|concurren\w*|rival\w*)\b/;

/** Steps between media and sales: as a control they take the media's effect away. */
export const MEDIATOR_WORDS =
  /\b(?:visits?|visitors?|visites|visitas|sessions?|traffic|page ?views?|besuche\w*|app opens)\b/;

export const EVENT_WORDS =
  /\b(?:events?|ereignis\w*|evenements?|eventos?|holidays?|hldy|feiertag\w*|ferien|feries?|festiv\w*|promo\w*|aktion\w*|black friday|xmas|christmas|weihnacht\w*|noel|navidad|easter|ostern|cyber monday|launch\w*|lockdown\w*)\b/;

/** Media without spend. */
export const ORGANIC_WORDS =
  /\b(?:organic\w*|organisch\w*|organique|organico|owned|earned|seo|naturel|pr)\b/;

/** Parts of the calendar: the model has a trend and a season of its own. */
export const CALENDAR_NAME =
  /^(?:day ?of ?(?:the ?)?(?:year|week|month)|dayofyear|week ?of ?year|weekday|(?:week|wk|year|yr|month|quarter|qtr|prd|period)(?: in yr| of year)? ?(?:nbr|no|num|number|id)?|year ?month|yearweek|jahr|monat|quartal|kw|kalenderwoche|annee|mois|trimestre|ano|mes|semana|semaine|t|time ?index|index|idx|id|row ?(?:id|number)?|unnamed ?\d*|column ?\d+)$|^seas(?:on)?\b/;

/** What a model made: a leak, not a cause. */
export const DERIVED_WORDS =
  /\b(?:adstock\w*|saturated|saturation|effects?|contributions?|predict\w*|preds?|fitted|forecasts?|residuals?|epsilon|yhat|y hat|baseline|trend|seasonality)\b|^y ?\d{1,2}$/;

/** Words of currencies in names, as ISO 4217 codes. */
export const CURRENCY_WORDS: Words<string> = [
  ["EUR", /\b(?:eur|euros?)\b/],
  ["USD", /\b(?:usd|dollars?)\b/],
  ["GBP", /\b(?:gbp|pounds?)\b/],
  ["CHF", /\b(?:chf|franken)\b/],
];

/** The first kind whose words are in a name; null for none. */
export function findWord<T>(words: Words<T>, text: string): T | null {
  return words.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
