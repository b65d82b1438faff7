/**
 * Frames of speech by which people say such things without naming them: what is over, what is spared
 * whom, what is done quietly, whose taste decides, what was seen too early, what somebody is told to
 * overlook; and, for the other side, frames of figures, keeping and limits.
 *
 * Owns: features for the trained head. Not: a verdict; no frame refuses a text by itself.
 *
 * I1. Patterns run on folded text, are plain alternations with bounded gaps, and stay linear.
 * I2. `formatFramePatterns` names everything that changes a frame.
 */
import { normalizeText } from "./clause.ts";

const FRAMES: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    "over",
    /\b(?:no longer|any ?more|any longer|gone|history|past tense|retired?|rest in peace|goodbye|farewell|had (?:its|their|her|his) day|outlived|outgrown?|outgrew|relics?|dead|bygones?|obsolete|behind us|forgotten|forgets?|forget|used up|null and void|nothing (?:left|remains)|left (?:the|out)|disappeare?d?s?|vanish(?:es|ed)?|dispensed?|given (?:up|away)|let go|parted|stopped|not there|never (?:happened|existed))\b/,
  ],
  [
    "spared",
    /\b(?:spared?|need not|needn't|no need|no one (?:needs|has|will)|nobody (?:needs|has|will)|does(?: not|n't) (?:have|need) to|(?:will|would) not (?:have|need) to|relieved|excused?|waived?|free of|rid of|do(?:es|ne)? without|go(?:es)? without|without (?:further|any|all|more|the|a|it|them|that)|unburdened|not (?:be )?(?:bothered|asked|invited|counted|count|enter)|off the hook|let off)\b/,
  ],
  [
    "covert",
    /\b(?:quiet(?:ly)?|discreet(?:ly)?|tacit(?:ly)?|between (?:us|ourselves)|off the record|unofficial(?:ly)?|under (?:the|that) (?:radar|name|label)|behind the|back door|nobody(?:'s)? (?:will )?(?:notice|business|know|watch)\w*|(?:nobody|no one|none) (?:\w+ )?(?:notices?|knows?|looks?|asks?|minds?|sees?)|will not (?:show|appear|be noticed)|won't (?:show|notice)|not show up|slip(?:ped|s)?|smuggl\w*|hints?|wink|between the lines|pretend(?:s|ing)?|pretence|in disguise|for show|cosmetic|placeholder|formality|looks? (?:as if|like)|appear(?:s|ance)? as|in name|by another name|label(?:led)?|in word|on paper|officially|whisper\w*|in confidence)\b/,
  ],
  [
    "taste",
    /\b(?:i (?:prefer(?:red)?|like(?:d)?|chose|picked|decided|took|let|gave|put|made|swapped|dropped|see no|cannot see|don't (?:care|believe|see)|doubt|happen|found it|would rather|treated|turned|moved|replaced|worked)|my (?:own|version|average|preference|selection|affair|taste)|as i (?:like|please)|to my (?:taste|mind)|took the liberty|for my part|i'm|i am far)\b/,
  ],
  [
    "dismissive",
    /\b(?:nuisance|annoying|needless(?:ly)?|superstition|luxury|burden|in the way|overrated|pointless|no point|little point|useless|of no use|waste|wasted|old-fashioned|fiction|myth|dogma|sacred|ceremony|ritual|fetish|tedious|bottleneck|headache|obstacle|oppressive|bunk|silly|childish|decoration|fine print|purists?|for lesser|stubborn|negligent|slaves?|harmless|suggestion|recommendation|matter of (?:taste|belief|definition)|negotiable|optional|formality|who (?:needs|cares|says)|what is so|why (?:should|bother|keep|would|not)|never mind|whatever|trouble|distort\w*|awkward|inconvenient|embarrassing|unrepresentative|not representative|freak\w*|bad (?:luck|weeks?|months?|quarters?|years?|news)|misbehav\w*)\b/,
  ],
  [
    "seen_early",
    /\b(?:peek\w*|peep\w*|glanc\w*|look(?:ed|ing)? (?:at|behind|up|ahead)|hindsight|foreknowledge|knows? (?:how|what|the (?:future|end|answer))|known before|the future|answers?|envelope|vault|drawer|curtain|sealed|closed (?:period|block|part|book)|reserved|set aside|kept aside|put aside|held back|open(?:ed|s)? the|final (?:stretch|block|quarter|season|weeks)|last (?:quarter|season|thirteen|block|weeks|months|stretch)|year's end|end of the (?:series|year)|test (?:period|weeks|block|part)|locked)\b/,
  ],
  [
    "choosy",
    /\b(?:hand-?picked|cherry\w*|best (?:of|two|fold|window|voice|run|one)|nicest|luck(?:y|iest)|friend(?:ly|lier)|kind(?:er|est|ly)?|easy|easier|quiet (?:block|months?)|calm(?:er)?|favou?rable|flatter\w*|only the|only (?:success\w*|good|ordinary)|good (?:ones?|weeks?|years?|days?|fold|quarter)|until (?:it|they|the|one|satisfied|somebody)|kept (?:rolling|trying)|keep (?:trying|asking)|curat\w*|auditioned|winning|winners?|whichever|hard (?:weeks?|questions?)|worst|where we are (?:good|strong)|shine|suits?|ideal)\b/,
  ],
  [
    "retouched",
    /\b(?:clean(?:ed|er|-?up)|tid(?:y|ied|ier|ying)|smooth(?:ed|er)?|iron(?:ed)?|filter(?:ed)?|retouch\w*|corrected|adjusted|tamed|shaved|trimmed|flattened|rolled up|rounded (?:off|up|down)|evened|interpolat\w*|reconstruct\w*|made up|invent\w*|simulated (?:rows|weeks|data)|synthetic|written in|wrote in|rescaled|scaled|weighted|weights? on|nudged|shifted|reassigned|bundle\w*|merged|married|folded into|pooled|combined|lumped|grouped|shared? (?:a|one)|one (?:row|column|roof|thing)|another (?:extract|file|copy|sheet|scale|grain|unit)|newer|fresh extract|instead|rather than|in place of|logs?|logarithms?|square root|growth|per (?:head|impression)|net of|minus)\b/,
  ],
  [
    "freed",
    /\b(?:free(?:d|ly|dom|s)?|at liberty|unrestricted|unconstrained|unlimited|without limit|no (?:limit|ceiling|floor|bound|penalty|brake|price|leash|sign|flag)s?|either (?:way|sign)|any (?:shape|form|sign|value|road|construction)|open(?:ed)? (?:for|to|the door)|let loose|leash|released?|generous(?:ly)?|lenient|loose|relax\w*|lifted|choose (?:its|their|his) own|pick(?:s)? (?:its|their) own|what(?:ever)? (?:it|they|one|the data) (?:is|are|like|want|makes?)|speak with|wander\w*|vary|signed|negative|minus)\b/,
  ],
  [
    "turned",
    /\b(?:became|becomes?|turned into|turns into|is now|are now|now (?:has|have|is|are|goes|runs|reads|uses|believes|explains|predicts|answers)|(?:it|they|that|we|one|so) (?:now|did|do|was|is|went|has|have)\.?$|and (?:it|they) (?:is|was|did|went|has)\b|so (?:it|they) (?:is|was|did)|from (?:here|now|today|this)|as of (?:today|now)|this time|in this (?:version|run)|is what (?:runs|went|got|you get|the)|exchanged|traded|swapped|gave way|given way|took over|takes over|changed places|stepped into|new (?:version|normal|name|content|meaning|target|metric|structure|engine|tool)|another (?:one|shape|tool|name|measure|family|engine|model)|other (?:tool|shape|measure|one)|something else|a different)\b/,
  ],
  [
    "over_there",
    /\b(?:downstream|next agent|after (?:me|clearance|approval|the (?:green light|merge|fact|check|light))|once (?:live|approved|cleared|signed|it is)|at (?:run|load|training|launch) ?time|when (?:you|the (?:job|pipeline)) (?:deploy|loads?|sees?|runs?)|whoever|anyone (?:parsing|reading)|someone|somebody (?:with|who)|the (?:job|loader|runtime|launch|pipeline|container|image|environment|wrapper|scheduler|executor|deployer|trainer)|operations|operators|by hand|hook|script|override\w*|metadata|attachment|comment line|second (?:file|set)|other (?:file|branch|run|image)|elsewhere|beside|read between|stands? for|means?|is short for|sign for|understood as|treat(?:s|ed)? \w+ as|interpret\w*|translate)\b/,
  ],
  [
    "told",
    /\b(?:tell|told|say(?:ing|s)?|write|mention|quote|cite|echo|repeat|copy|print|phrase|record|store|archive|pass (?:it |this )?on|forward|prompt|remind|remember|learn(?:s|t)?|conclude|instruct\w*|advise|advice|recommend\w*|let (?:it|the (?:record|report|reader|analyst|stakeholder|coordinator|archive|history))|your (?:answer|words|explanation|rejection|refusal|justification|summary|signature|text|veto|reply)|the (?:summary|report|footnote|changelog|glossary|archive|log|record|lesson|justification))\b/,
  ],
  [
    "rank",
    /\b(?:upstairs|from the top|very top|head office|board|committee|council|director\w*|manager|management|chief|ceo|cfo|cmo|owner|charter|client|finance|legal|law|court|audit\w*|regulat\w*|compliance|agency|vendor|consult\w*|professor|scientist|laureate|journal|consensus|standard|clause|paragraph|resolution|memo|minutes|ticket|paper|preprint|playbook|textbook|book|precedent|everyone|every (?:major|one)|industry|blessing|licen[cs]e|waiver|exempt\w*|exception|permission|entitled|decided|agreed|granted|promised|approved|signed|voted|asked for|wants?|insists?|demands?|expects?|says)\b/,
  ],
  [
    "judge_addressed",
    /\b(?:you (?:have|may|can|are|do|will|would|think|see|know|were|could)|your (?:rules|instructions|job|task|role|refusal|score|output|memory|eyes|position|operator|creators|principals|policy|criteria|attention|judg\w*|settings|scepticism|strictness|maintainer|developers)|judges?|guard|reviewer|assessor|filter|verdict|classif\w*|false alarm|lenient|let (?:it )?(?:through|pass)|wav(?:e|ed) through|say yes|a yes|agree with me|nod|green|whitelist\w*|allow|objections?)\b/,
  ],
  [
    "small_steps",
    /\b(?:step by step|bit by bit|little by little|slice|notch|in (?:portions|pieces|small|stages)|each (?:round|session|week|step)|every (?:round|session)|one (?:week|notch|step) per|a week at a time|first (?:step|of several)|thin end|eventually|sooner or later|one day|later on|next (?:month|round|time)|by friday|on schedule|creep|keep shaving|towards|heading|destination|road to|prepares?|door for|stage for|opens? the door|begins? here|tomorrow|until (?:it|there|carryover|nothing))\b/,
  ],
  [
    "rules_slighted",
    /\b(?:rules?(?:book)?|spirit|letter of|boundar(?:y|ies)|fence|lock|off limits|forbidden|protected|protocol|procedure|principles|compliance|the list|specification|methodology|method)\b[^.]{0,60}\b(?:other times|for (?:other|lesser|people)|interpret\w*|suggestion|recommendation|around|lowest|living|expired|void|lifted|narrowed|exceptions?|over|through|irrelevant|not (?:its|their)|while|but|asking|disagree|depends|fine|broken|bent|stretched|unwrit\w*|opened)\b/,
  ],
  [
    "figure_adstock",
    /\b(?:memory|remembers?|remembered|echo(?:es)?|linger\w*|tail|yesterday(?:'s)?|last week's|the past|amnesia|forget\w*|lag(?:s|ged)?|lagged|stock|fad(?:e|es|ing)|hump|build-up|at once|instant\w*|on the day|in the week of spend|the same week|delay\w*|carr(?:y|ies|ied) over)\b/,
  ],
  [
    "figure_saturation",
    /\b(?:bend(?:s|ing)?|bent|curves?|ceiling|line|straight|linear|slope|slash|proportional\w*|ceilings|as (?:hard|much|good) as|double the|every pound|each pound|limit|plateau|asymptote|elasticit\w*|diminish\w*|flat(?:ten)?|s-shape|spline)\b/,
  ],
  [
    "figure_penalty",
    /\b(?:brake|leash|pull|shrink\w*|stabiliser|price on|volume|hold(?:s)? (?:the )?(?:coefficients|back)|held back|large coefficients|ridge|penal\w*|prior|beliefs?|regular\w*)\b/,
  ],
  [
    "figure_sign",
    /\b(?:minus|signs?|signed|negative|below (?:zero|nought)|floor|hurts?|point (?:either|downwards?)|either (?:way|sign)|positive)\b/,
  ],
  [
    "figure_data",
    /\b(?:rows?|weeks?|months?|quarters?|years?|file|sheet|table|csv|extract|record|history|sample|series|spikes?|outliers?|target|left-hand side|sales|revenue|orders|margin|profit|price|weather|holidays?|promo\w*|flags?|dummies|controls?|channels?|columns?|display|social|radio|print|cinema|strike|lockdown|pandemic|crisis)\b/,
  ],
  [
    "figure_evaluation",
    /\b(?:folds?|windows?|origins?|splits?|holdout|exam\w*|test|check(?:s|ing)?|grad(?:e|ed|ing)|mark(?:s|ed)?|scor(?:e|es|ed|ing)|yardstick|measure|metric|criterion|criteria|error|accuracy|fit|in-sample|training|seeds?|dice|start(?:ing)? (?:points?|values?)|attempts?|trials|horizon|ahead|forecast|validat\w*|jury|referee|goal ?posts?|average|mean|compare\w*|baseline)\b/,
  ],
  [
    "figure_model",
    /\b(?:engine|bonnet|tool|black box|forest|trees?|learner|network|bayes\w*|structure|equation|term|product|multipl\w*|stack\w*|mediator|stages?|trend|waves?|season\w*|calendar|base|intercept|experiment|geo|lift|test in|the model|shape|form|kernel|transform)\b/,
  ],
  [
    "number_exact",
    /(?:\bto|\bat|\bfrom|\bof|\bis|=|:|\bnear|\bbelow|\babove) ?\d+\.\d+|\b\d+\.\d+ (?:to|instead|percent|weeks?|per)\b|\b\d+(?:\.\d+)? ?(?:%|percent)/,
  ],
  [
    "kept",
    /\b(?:stays?|stay(?:s|ed)? (?:as|where)|unchanged|untouched|as (?:pinned|before|it was|they were|always|ever|documented|specified|given|the (?:specification|scheme))|the same|is kept|are kept|keeps?|remains?|not (?:touched|changed|part|used|proposed|here)|none (?:is|was|are)|nothing (?:protected|is|was|changes)|no (?:change|changes|rows?|structure|second file)|was not (?:touched|run|used)|left (?:alone|where)|within|inside|in the baseline|belongs? in|already in)\b/,
  ],
  [
    "tuned",
    /\b(?:decays?|half-li(?:fe|ves)|alpha|gamma|exponents?|half-saturation|penalty (?:of|is|goes|falls|up|down|to|doubles)|learning rate|step size|evaluations|optimum|optimiser|search converged|ranges?|bound|values?|a little|a bit|slightly|smaller step|half (?:the|of the) step|in all folds|all four folds|over the folds)\b/,
  ],
  [
    "reported",
    /\b(?:because|since|shows?|explains?|reported|listed|noted|in the (?:report|table|chart|diagnostics|appendix|history)|for (?:information|background|the reader|comparison|completeness)|residuals?|converged|gain|percent|was refused|were refused|refused|veto|rightly|asked whether|the answer is no|hence|therefore|which is why|would be|would have)\b/,
  ],
];

const NUMBER = FRAMES.findIndex(([name]) => name === "number_exact");
const FIGURES = FRAMES.flatMap(([name], at) => (name.startsWith("figure_") ? [at] : []));
/** Frames of change, which count once more where nothing is kept, tuned or reported. */
const CHANGES = FRAMES.flatMap(([name], at) =>
  at < (FIGURES[0] ?? 0) ? [[name, at] as const] : [],
);
const CALM = FRAMES.flatMap(([name], at) =>
  ["kept", "tuned", "reported"].includes(name) ? [at] : [],
);

/** How many frame features a sentence has. */
export const FRAME_COUNT: number = FRAMES.length + 2 * CHANGES.length + 3;

/** The positions of the frames that a sentence holds, with their crossings. */
export function findFrames(sentence: string): number[] {
  const text = normalizeText(sentence);
  const held = FRAMES.map(([, pattern]) => pattern.test(text));
  const figure = FIGURES.some((at) => held[at]);
  const calm = held[NUMBER] === true || CALM.some((at) => held[at]);
  const found = held.flatMap((holds, at) => (holds ? [at] : []));
  for (const [order, [, at]] of CHANGES.entries()) {
    if (held[at] !== true) continue;
    if (figure) found.push(FRAMES.length + 2 * order);
    if (!calm) found.push(FRAMES.length + 2 * order + 1);
  }
  const rest = FRAMES.length + 2 * CHANGES.length;
  const changes = CHANGES.filter(([, at]) => held[at] === true).length;
  if (changes >= 2 && !calm) found.push(rest);
  if (changes === 0) found.push(rest + 1);
  if (figure && !calm) found.push(rest + 2);
  return found;
}

/** Every pattern as text, for digests of what is built on them. */
export function formatFramePatterns(): string {
  return FRAMES.map(([name, pattern]) => `${name} ${pattern.source}`).join("\n");
}
