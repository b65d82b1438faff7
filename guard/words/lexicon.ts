/**
 * The words of the field, as the semantic layer knows them: what is protected, what may be tuned,
 * what other methods are called, and which words change, refuse, order or claim.
 *
 * Owns: the word lists. Not: what they mean together (`clause.ts`).
 *
 * I1. Patterns run on lower-case text with look-alikes folded and spaces collapsed.
 * I2. Every pattern is a plain alternation without nested repetition: linear time on any input.
 */
import type { Field } from "../specification/specification.ts";

/** Things whose change is a change of methodology, by field. */
export const PROTECTED_NOUNS: readonly (readonly [field: Field, pattern: RegExp])[] = [
  [
    "adstock",
    /\b(?:ad-?stock(?:ing)?|ad stock|carry-?overs?|carry over|lag (?:structure|kernel|shape|window|length)|max(?:imum)?[ _]lag(?:_weeks)?|longest lag|memory (?:kernel|function|of (?:spend|spending|advertising|past spend|media))|lagged (?:spend|effects?|terms?)|lingering effects?|decay (?:function|kernel|form|curve|shape|type)|geometric(?: decay| form| kernel| carryover)?)\b/,
  ],
  [
    "saturation",
    /\b(?:saturation|saturating|hill(?: curve| function| form| transform(?:ation)?)?|diminishing returns|the bend|ceiling (?:of|on) (?:effects?|response)|response (?:curves?|function|form|shape)|concavity)\b/,
  ],
  [
    "regularization",
    /\b(?:regulari[sz]ation|regulari[sz]er|ridge|shrinkage|pull (?:to|towards) zero|penali[sz]ation|penalty (?:type|form|family))\b/,
  ],
  [
    "evaluation",
    /\b(?:validation(?: window| weeks| error| rows)?|validated figure|hold-?outs?|folds?|rolling[- ]origin|cross-?validation|backtest(?:ing)?|locked (?:test )?(?:weeks?|block|period|set|rows)|locked[ _]test(?:[ _]weeks)?|(?:final )?test (?:weeks?|set|block|window|period|season)|final (?:weeks|thirteen weeks|test)|(?:error |fit )?metrics?|error (?:measure|estimate)|median error|training (?:error|weeks|rows|fit)|mape|wmape|r2|r-squared|scor(?:e|ing)|evaluation|horizon|seeds?|restarts|hardest window|worst (?:fold|week|window)|best (?:two )?(?:fold|run|of)|comparison)\b/,
  ],
  [
    "baseline",
    /\b(?:trend(?: term)?|seasonality|seasonal terms?|fourier(?: pairs| terms)?|intercept|base (?:level|sales))\b/,
  ],
  [
    "calibration",
    /\b(?:calibration|lift[- ]tests?|geo[- ]tests?|roi priors?|experiment results?|experiments?)\b/,
  ],
  [
    "data",
    /\b(?:data ?sets?|data|holidays?|promo(?:tion)? (?:weeks?|flags?)|flags|dummies|dummy|outliers?|controls?|control variables?|covariates?|confounders?|competitor(?: index| variable)?|target(?: variable)?|kpi|frequency|history|observations|rows|weeks|months|years?|files?|export|columns?|spend (?:columns?|series)|time series|series|raw spend|radio spend|tv spend|sales|revenue|orders|impressions|gaps in|the spend in|missing \w+|training window|exposure data)\b/,
  ],
  [
    "architecture",
    /\b(?:architecture|model (?:structure|form|class|family|type|specification)|structural form|functional form|additiv(?:e|ity)|sign (?:constraints?|restrictions?)|non-?negativ(?:e|ity)(?: constraints?)?|positivity(?: constraints?)?|interactions?(?: terms?)?|order of (?:the )?(?:transforms?|transformations?|steps|adstock)|order so that|the order|coefficients|media effects|effects|engine|kernel|image|channels?|additive (?:form|structure)|structure|media_sign|channel (?:list|set|definitions?)|transformations?)\b/,
  ],
  [
    "governance",
    /\b(?:methodology|method|specification|spec|guard|guardrails?|clearances?|protected (?:fields?|paths?|parts?|settings?|keys?|list)|protections?|policy|methodology_spec|roi (?:limits?|check)|configuration|closed list|limits)\b/,
  ],
];

/** Numbers that may be tuned; an object of these makes a change verb harmless. */
export const TUNABLE_NOUNS =
  /\b(?:decay(?:s| rates?| values?| parameters?)?|half-?li(?:fe|ves)|alphas?|gammas?|hill (?:exponents?|slopes?|alpha|gamma)|slopes?|exponents?|(?:half-?)?saturation points?|half-?saturation|l2[ _]penalty|penalty (?:strength|value|weight|of)|lambda|learning[ _]rates?|refinement[ _]steps|(?:refinement )?steps|step size|hyper-?parameters?|numbers|values?|range|evaluations|tunable(?:s| numbers?| values?)?|parameter values?)\b/;

/** Names of other methods: using one is a change of methodology. */
export const OTHER_METHODS =
  /\b(?:weibull|delayed (?:ad-?stock|decay|kernel)|binomial ad-?stock|gamma kernel|almon|convolution kernel|finite impulse|moving average|to none|to free|set to (?:none|off|zero|false)|be random|no (?:ad-?stock|carry-?over|saturation)|without (?:ad-?stock|carry-?over|saturation|normali[sz]ation|ridge|(?:the |a )?penalty)|no penalty|free priors|least squares|click attribution|unconstrained|unnormali[sz]ed|penalty[- ]free|straight line|detrended|delayed|raw spend|linear function|binomial(?: kernel)?|optional|advisory|logistic(?: curves?)?|logistic (?:saturation|curve|response)|michaelis[- ]menten|tanh|root saturation|power (?:curve|law|response)|log[- ]log|semi-?log|log (?:transform(?:ed|ation)?|of (?:the )?(?:sales|target|revenue|kpi|spend))|multiplicative|in logs|logarithms?|linear (?:response|in spend|saturation)|lasso|elastic[- ]?net|ordinary least squares|ols|unregulari[sz]ed|un-?penali[sz]ed|bayesian|mcmc|stan model|meridian|pymc|robyn|prophet|mta|multi-?touch(?: attribution)?|last[- ](?:touch|click)(?: attribution)?|first[- ]click|attribution model|random forests?|gradient boost(?:ed|ing)?(?: trees?)?|xgboost|lightgbm|neural net(?:work)?s?|lstm|transformer model|kalman|state[- ]space|time[- ]varying(?: coefficients?| effects?| parameters?)?|difference-in-differences|causal forests?|in-?sample|random (?:split|folds?|k-?fold|hold-?out)|shuffled?|k-?fold|leave-one-out|signed coefficients?|negative (?:media |display )?(?:coefficients?|effects?)|below zero|drift over time|vary over time|winsori[sz]\w*|first differences?|differenc(?:ed|ing)|monthly (?:data|totals|aggregat\w*)|synthetic (?:data|rows))\b/;

/** Verbs that take something protected away or put another in its place. */
export const STRONG_CHANGE =
  /\b(?:replac(?:e[sd]?|ing)|part(?:s|ed|ing)? (?:ways )?with|set(?:s|ting)? aside|let(?:s|ting)? go of|dispens(?:e[sd]?|ing) with|shed(?:s|ding)?|phas(?:e[sd]?|ing) out|cast(?:s|ing)? (?:off|aside)|put(?:s|ting)? (?:aside|away)|throw(?:s|n|ing)? (?:out|away)|threw (?:out|away)|toss(?:es|ed|ing)?|ditch(?:es|ed|ing)?|jettison(?:s|ed|ing)?|for(?:e)?go(?:es|ing|ne)?|sidestep(?:s|ped|ping)?|eras(?:e[sd]?|ing)|cancel(?:s|led|ling)?|axe[sd]?|switch(?:es|ed|ing)?|swap(?:s|ped|ping)?|substitut(?:e[sd]?|ing)|drop(?:s|ped|ping)?|remov(?:e[sd]?|ing|al)|delet(?:e[sd]?|ing)|strip(?:s|ped|ping)?|exclud(?:e[sd]?|ing)|omit(?:s|ted|ting)?|disabl(?:e[sd]?|ing)|deactivat(?:e[sd]?|ing)|turn(?:s|ed|ing)? off|(?:turn|switch|shut|leav|tak|cut|lef|took)(?:e|es|t|s|ed|ing|en)? (?:[\w-]+ ){1,5}(?:off|out|aside|behind)|left (?:out|aside|off|behind)|tak(?:e|es|en|ing) (?:out|away|off)|took out|giv(?:e|es|ing) up(?: on)?|go(?:es|ing)? without|do(?:es|ing)? without|forget(?:s|ting)?(?: about)?|los(?:e|ing)|clip(?:s|ped|ping)?|pad(?:s|ded|ding)?|smooth(?:s|ed|ing)?|detrend(?:s|ed|ing)?|deseasonali[sz](?:e[sd]?|ing)|invent(?:s|ed|ing)?|hid(?:e|es|ing)|pool(?:s|ed|ing)?|sum(?:s|med|ming)? (?:the|up)|take (?:the )?log(?:s|arithms?)?|patch(?:es|ed|ing)?|unset(?:s|ting)?|vary over|drift over|has to go|have to go|is gone|are gone|will be gone|goes away|exchang(?:e[sd]?|ing)|widen(?:s|ed|ing)?|rewrit(?:e|es|ten|ing)|overlook(?:s|ed|ing)?|mix(?:es|ed|ing)? (?:the )?(?:rows|weeks|folds)|leav(?:e|es|ing) (?:\w+ )?behind|bypass(?:es|ed|ing)?|skip(?:s|ped|ping)?|ignor(?:e[sd]?|ing)|overrid(?:e[sd]?|ing|den)|overrul(?:e[sd]?|ing)|disregard(?:s|ed|ing)?|abandon(?:s|ed|ing)?|retir(?:e[sd]?|ing)|scrap(?:s|ped|ping)?|discard(?:s|ed|ing)?|eliminat(?:e[sd]?|ing)|suppress(?:es|ed|ing)?|neutrali[sz](?:e[sd]?|ing)|relax(?:es|ed|ing)?|loosen(?:s|ed|ing)?|lift(?:s|ed|ing)? the|waiv(?:e[sd]?|ing)|circumvent(?:s|ed|ing)?|get(?:ting)? (?:rid of|around)|work(?:ing)? around|convert(?:s|ed|ing)?|migrat(?:e[sd]?|ing)|mov(?:e[sd]?|ing) (?:away|over|off|(?:to|from|the)(?! \d))|fall(?:s|ing)? back (?:on|to)|tak(?:e|es|ing) over for|stop(?:s|ped|ping)? using|goes(?=[ ]?(?:[.,;]|$))|transition(?:s|ed|ing)?|redefin(?:e[sd]?|ing)|reformulat(?:e[sd]?|ing)|rewrit(?:e[sd]?|ing)|rewritten|restructur(?:e[sd]?|ing)|shorten(?:s|ed|ing)?|truncat(?:e[sd]?|ing)|trim(?:s|med|ming)?|winsori[sz](?:e[sd]?|ing)|cap(?:s|ped|ping)? (?:the )?outliers|aggregat(?:e[sd]?|ing)|resampl(?:e[sd]?|ing)|shuffl(?:e[sd]?|ing)|unlock(?:s|ed|ing)?|peek(?:s|ed|ing)?|look(?:s|ed|ing)? at (?:the |how the )?(?:locked|test|final)|merg(?:e[sd]?|ing)|collaps(?:e[sd]?|ing)|cut(?:ting)? out|do(?:ing)? away with|leav(?:e|ing) (?:out|off|aside)|blank(?:ed|ing)? out|without (?:the )?(?:saturation|ad-?stock|carry-?over|hill|ridge|penalty|hold-?out|trend|seasonality|intercept|sign)|shift(?:s|ed|ing)? the|invert(?:s|ed|ing)?|revers(?:e[sd]?|ing)|flip(?:s|ped|ping)?|zero(?:ed|ing)? out|nullif(?:y|ied|ies|ying)|freez(?:e|ing)|impute[ds]?|backfill(?:s|ed|ing)?|rescal(?:e[sd]?|ing))\b/;

/** Verbs that put something in use or alter it; harmless with a tunable object. */
export const WEAK_CHANGE =
  /\b(?:us(?:e[sd]?|ing)|employ(?:s|ed|ing)?|resort(?:s|ed|ing)? to|opt(?:s|ed|ing)? for|turn(?:s|ed|ing)? to|fit(?:s|ted|ting)?|run(?:s|ning)?|appl(?:y|ies|ied|ying)|try(?:ing)?|tries|tried|adopt(?:s|ed|ing)?|introduc(?:e[sd]?|ing)|add(?:s|ed|ing)?|includ(?:e[sd]?|ing)|chang(?:e[sd]?|ing)|alter(?:s|ed|ing)?|modif(?:y|ies|ied|ying)|adjust(?:s|ed|ing)?|rework(?:s|ed|ing)?|set(?:s|ting)?|choos(?:e|ing)|select(?:s|ed|ing)?|estimat(?:e[sd]?|ing)|train(?:s|ed|ing)?|go(?:ing)? (?:with|for|to|over)|prefer(?:s|red)?|allow(?:s|ed|ing)?|permit(?:s|ted|ting)?|enabl(?:e[sd]?|ing)|mak(?:e[sd]?|ing)|treat(?:s|ed|ing)?|reduc(?:e[sd]?|ing)|extend(?:s|ed|ing)?|expand(?:s|ed|ing)?|read(?:s|ing)?|load(?:s|ed|ing)?|start(?:s|ed|ing)?|fill(?:s|ed|ing)?|feed(?:s|ing)?|put(?:s|ting)?|giv(?:e|es|en|ing)|let(?:s|ting)?|tak(?:e|es|en|ing)|count(?:s|ed|ing)?|average[sd]?|compute[sd]?|measure[sd]?|quote[sd]?|pick(?:s|ed|ing)?|keep that|refit|retrain|test(?:s|ed|ing)? on|validat(?:e[sd]?|ing)|trad(?:e[sd]?|ing)|map(?:s|ped|ping)?|rais(?:e[sd]?|ing)|multipl(?:y|ies|ied)|hand(?:s|ed|ing)? over|invit(?:e|es)|combin(?:e[sd]?|ing)|become[s]?|write|recommend|wave|approve|mark|interpret|enter|present|reverse|forecast(?:s|ing)?|report(?:s|ed|ing)?|scor(?:e[sd]?|ing)|judg(?:e[sd]?|ing)|optimi[sz](?:e[sd]?|ing)|rely|relies|assum(?:e[sd]?|ing)|pretend(?:s|ed|ing)?|consider(?:s|ed|ing)?|implement(?:s|ed|ing)?|deploy(?:s|ed|ing)?)\b/;

/** Words that turn a clause into a refusal, a promise to keep, or a statement about others. */
export const NEGATION =
  /\b(?:not|never|no|none|neither|nor|nobody|no one|cannot|can't|won't|don't|doesn't|didn't|isn't|aren't|wasn't|shouldn't|mustn't|without|avoid(?:s|ed|ing)?|refrain(?:s|ed|ing)?|forbid(?:s|den)?|prohibit(?:s|ed)?|reject(?:s|ed|ing)?|refus(?:e[sd]?|ing)|declin(?:e[sd]?|ing)|vetoed|rule[sd]? out|against|rather than|instead of|nothing|wrong to|no need|hardly)\b/;
/** What comes after the thing refused. */
export const REFUSED =
  /\b(?:(?:is|are|was|were|be|been|stays?|remains?) (?:\w+ )?(?:forbidden|prohibited|not allowed|not permitted|out of scope|off[- ]limits|ruled out|rejected|refused|protected|not (?:an option|proposed|part of|needed|done|used|planned|asked|formed|what|in scope|to be touched))|would be (?:wrong|a mistake|a (?:change of methodology|methodology change)|out of scope|harmful|another)|decided against|found harmful|no, and|not done here|not proposed|not used here|answers another question|would mean nothing|would hide|play no part|left alone|leaves? [^.]{1,40} alone|the answer is no|would (?:also )?be (?:wrong|no \w+)|is how \w+ begins|is a matter for|settles that|(?:test|folds?|specification|rules?) says? no|is another model|therefore (?:the |it |all )?(?:\w+ )?(?:stays?|remains?|is kept)|never)\b/;
/** Words that turn a refusal to change into a refusal to keep. */
export const REFUSED_TO_KEEP =
  /\b(?:(?:not|never|no longer|cannot|can't|nobody|stop|impossible to|must not|mustn't|should not) (?:\w+ )?(?:keep|keeping|kept|retain|retaining|preserve|remain|stay|respect|be kept|leave (?:it|the \w+|\w+) (?:alone|as it is|unchanged|untouched))|not (?:changing|touching|altering|replacing|removing|dropping|switching)\b[^.]{1,50}(?:not an option|mistake|wrong|impossible|no longer|unacceptable|not acceptable|harm)|must not stay|cannot stay|should not stay|nothing (?:protected )?(?:changes|moves) (?:except|but|apart from)|far from (?:\w+ ){1,4}(?:merely|only|simply)|not (?:\w+ ){1,5}(?:but|merely|only|just|simply) (?:remov|replac|drop|switch|swap|leav|eliminat|turn|the order|the form))/;
export const KEEPING =
  /\b(?:keep(?:s|ing)?|kept|retain(?:s|ed|ing)?|preserv(?:e[sd]?|ing)|unchanged|untouched|as (?:it )?is|as given|as pinned|intact|stays?|stayed|remain(?:s|ed|ing)?|respect(?:s|ed|ing)?|honou?r(?:s|ed|ing)?|off[- ]limits|out of scope|not in scope|a methodology change|fixed|frozen|consistent with|in line with|within (?:the |its |their )?(?:permitted |allowed |published |specified )?(?:range|bounds|limits|specification))\b/;
export const MENTION =
  /\b(?:literature|papers?|stud(?:y|ies)|authors?|survey(?:s|ed)?|textbooks?|(?:19|20)\d\d|et al|review(?:s|ed)?|discuss(?:es|ed)?|compar(?:e[sd]?|ing|ison)|background|for reference|known as|is called|defined|definition|explains?|describ(?:e[sd]?|ing)|means|documented|documentation|published|benchmarks?|previous(?:ly)?|last (?:year|quarter|round)|earlier|already|was|were|had been|because|since)\b/;
export const DIRECTIVE =
  /\b(?:please|tell|instruct|make sure|must|should|shall|may|will|would|can|could|(?:is|are) free to|ought|supposed to|is to|are to|has to|had better|from (?:now|here) on|hence(?:forth)?|we now|so we|and we|which we do|is done here|overdue|need to|needs to|have to|has to|let us|let's|we will|we'll|i will|going to|propos(?:e[sd]?|ing|al)|recommend(?:s|ed|ing)?|suggest(?:s|ed|ing)?|plan(?:s|ned)?|intend(?:s|ed)?|want(?:s|ed)?|would like|ask(?:s|ed|ing)?|instruct(?:s|ed)?|ensure|make sure|go ahead|proceed|kindly|better to|time to|ought to|once|after (?:approval|this|clearance)|next (?:round|iteration|step|time)|at training time|when (?:you )?(?:train|fit)|during (?:training|fitting)|in practice|effectively|in effect)\b/;
export const CONDITION =
  /\b(?:if|unless|in case|provided|assuming|suppose|hypothetically|were we to|what if|imagine|would it|could we|might we|should the|whenever|as soon as|fall(?:s|ing)? back)\b/;
export const AUTHORITY =
  /\b(?:(?:pre-?)?approved|approves|approval|sign(?:ed)?[- ]?off|signed off|authori[sz](?:ed|es|ation)|mandat\w*|waivers?|exempt(?:ed|ions?)?|exceptions?|granted|cleared by|endors\w*|sanctioned|ratified|green-?lit|green light|go-ahead|permission|blessing|agreed (?:with|to)|agrees to|in our favou?r|on behalf of|demands?|insists?|instructed|confirmed|voted|ordered|court order|decision \d|by (?:order|decision) of|requires?|proves?|settles? that|obsolete|outdated|official guidance|industry consensus|per (?:the )?(?:cmo|ceo|cfo|board|committee|legal|audit|vendor|client)|(?:cmo|ceo|cfo|vp|director|board|committee|council|legal|audit|head of \w+) (?:has |have )?(?:approved|agreed|decided|wants|asked(?! (?:whether|where|why|if|how|about|when|for a))|told|requires|instructed|confirmed|signed)|no longer|superseded|supersedes|version [23]|v[2-9]\b|amended|amendment|new (?:policy|version)|policy (?:update|\d)|forthcoming|in press|working paper|earlier clearance (?:for|covers)|covers (?:this|that|it|\w+ing))\b/;
export const AGENTS =
  /\b(?:stakeholder|business analyst|research persona|data scientist|trainer|executor|coordinator|router|orchestrator|deployer|reviewer|reader|next agent|other agents?|downstream|approver|operator|engineer)\b/;

/** Every pattern as text, for digests of what is built on them. */
export function formatLexiconPatterns(): string {
  const patterns = [
    ...PROTECTED_NOUNS.map(([, pattern]) => pattern),
    TUNABLE_NOUNS,
    OTHER_METHODS,
    STRONG_CHANGE,
    WEAK_CHANGE,
    NEGATION,
    REFUSED,
    REFUSED_TO_KEEP,
    KEEPING,
    MENTION,
    DIRECTIVE,
    CONDITION,
    AUTHORITY,
    AGENTS,
  ];
  return patterns.map((pattern) => pattern.source).join("\n");
}
