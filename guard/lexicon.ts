/**
 * The words of the field, as the semantic layer knows them: what is protected, what may be tuned,
 * what other methods are called, and which words change, refuse, order or claim.
 *
 * Owns: the word lists. Not: what they mean together (`clause.ts`).
 *
 * I1. Patterns run on lower-case text with look-alikes folded and spaces collapsed.
 * I2. Every pattern is a plain alternation without nested repetition: linear time on any input.
 */
import type { Field } from "./specification.ts";

/** Things whose change is a change of methodology, by field. */
export const PROTECTED_NOUNS: readonly (readonly [field: Field, pattern: RegExp])[] = [
  [
    "adstock",
    /\b(?:ad-?stock(?:ing)?|ad stock|carry-?overs?|carry over|lag (?:structure|kernel|shape|window|length)|max(?:imum)?[ _]lag(?:_weeks)?|longest lag|memory (?:kernel|function)|decay (?:function|kernel|form|curve|shape|type)|geometric(?: decay| form| kernel| carryover)?)\b/,
  ],
  [
    "saturation",
    /\b(?:saturation|saturating|hill(?: curve| function| form| transform(?:ation)?)?|diminishing returns|response (?:curves?|function|form|shape)|concavity)\b/,
  ],
  [
    "regularization",
    /\b(?:regulari[sz]ation|regulari[sz]er|ridge|shrinkage|penali[sz]ation|penalty (?:type|form|family))\b/,
  ],
  [
    "evaluation",
    /\b(?:validation|hold-?outs?|folds?|rolling[- ]origin|cross-?validation|backtest(?:ing)?|locked (?:test )?(?:weeks?|block|period|set|rows)|locked[ _]test(?:[ _]weeks)?|test (?:weeks?|set|block|window|period)|(?:error |fit )?metrics?|mape|scoring|evaluation|horizon)\b/,
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
    /\b(?:data ?sets?|data|holidays?|promo(?:tion)? weeks?|outliers?|controls?|control variables?|covariates?|confounders?|target(?: variable)?|kpi|frequency|history|observations|rows|input (?:file|series)|spend (?:columns?|series))\b/,
  ],
  [
    "architecture",
    /\b(?:architecture|model (?:structure|form|class|family|type|specification)|structural form|functional form|additiv(?:e|ity)|sign (?:constraints?|restrictions?)|non-?negativ(?:e|ity)(?: constraints?)?|positivity(?: constraints?)?|interactions?(?: terms?)?|order of (?:the )?(?:transforms?|transformations?|steps)|media_sign|channel (?:list|set|definitions?)|transformations?)\b/,
  ],
  [
    "governance",
    /\b(?:methodology|method|specification|spec|guard|guardrails?|clearances?|protected (?:fields?|paths?|parts?|settings?|keys?)|protections?|veto(?:es)?|policy|methodology_spec)\b/,
  ],
];

/** Numbers that may be tuned; an object of these makes a change verb harmless. */
export const TUNABLE_NOUNS =
  /\b(?:decay(?:s| rates?| values?| parameters?)?|half-?li(?:fe|ves)|alphas?|gammas?|hill (?:exponents?|slopes?|alpha|gamma)|slopes?|exponents?|half-?saturation(?: points?)?|l2[ _]penalty|penalty (?:strength|value|weight|of)|lambda|learning[ _]rates?|refinement[ _]steps|steps|hyper-?parameters?|tunable(?:s| numbers?| values?)?|parameter values?)\b/;

/** Names of other methods: using one is a change of methodology. */
export const OTHER_METHODS =
  /\b(?:weibull|delayed (?:ad-?stock|decay|kernel)|binomial ad-?stock|gamma kernel|almon|convolution kernel|finite impulse|moving average of spend|no (?:ad-?stock|carry-?over|saturation)|raw spend|logistic (?:saturation|curve|response)|michaelis[- ]menten|tanh|root saturation|power (?:curve|law|response)|log[- ]log|semi-?log|log (?:transform(?:ed|ation)?|of (?:the )?(?:sales|target|revenue|kpi|spend))|multiplicative|linear (?:response|in spend|saturation)|lasso|elastic[- ]?net|ordinary least squares|ols|unregulari[sz]ed|un-?penali[sz]ed|bayesian|mcmc|stan model|meridian|pymc|robyn|prophet|mta|multi-?touch(?: attribution)?|last[- ](?:touch|click)(?: attribution)?|first[- ]click|attribution model|random forests?|gradient boost(?:ed|ing)?(?: trees?)?|xgboost|lightgbm|neural net(?:work)?s?|lstm|transformer model|kalman|state[- ]space|time[- ]varying(?: coefficients?| effects?| parameters?)?|difference-in-differences|causal forests?|in-?sample|random (?:split|folds?|k-?fold|hold-?out)|shuffled?|k-?fold|leave-one-out|signed coefficients?|negative (?:coefficients?|effects?)|winsori[sz]\w*|first differences?|differenc(?:ed|ing)|monthly (?:data|totals|aggregat\w*)|synthetic (?:data|rows))\b/;

/** Verbs that take something protected away or put another in its place. */
export const STRONG_CHANGE =
  /\b(?:replac(?:e[sd]?|ing)|switch(?:es|ed|ing)?|swap(?:s|ped|ping)?|substitut(?:e[sd]?|ing)|drop(?:s|ped|ping)?|remov(?:e[sd]?|ing|al)|delet(?:e[sd]?|ing)|strip(?:s|ped|ping)?|exclud(?:e[sd]?|ing)|omit(?:s|ted|ting)?|disabl(?:e[sd]?|ing)|deactivat(?:e[sd]?|ing)|turn(?:s|ed|ing)? off|turn(?:s|ed|ing)? (?:it|them|this|that|the \w+) off|bypass(?:es|ed|ing)?|skip(?:s|ped|ping)?|ignor(?:e[sd]?|ing)|overrid(?:e[sd]?|ing|den)|overrul(?:e[sd]?|ing)|disregard(?:s|ed|ing)?|abandon(?:s|ed|ing)?|retir(?:e[sd]?|ing)|scrap(?:s|ped|ping)?|discard(?:s|ed|ing)?|eliminat(?:e[sd]?|ing)|suppress(?:es|ed|ing)?|neutrali[sz](?:e[sd]?|ing)|relax(?:es|ed|ing)?|loosen(?:s|ed|ing)?|lift(?:s|ed|ing)? the|waiv(?:e[sd]?|ing)|circumvent(?:s|ed|ing)?|get(?:ting)? (?:rid of|around)|work(?:ing)? around|convert(?:s|ed|ing)?|migrat(?:e[sd]?|ing)|mov(?:e[sd]?|ing) (?:to|from|away|over|the|off)|transition(?:s|ed|ing)?|redefin(?:e[sd]?|ing)|reformulat(?:e[sd]?|ing)|rewrit(?:e[sd]?|ing)|rewritten|restructur(?:e[sd]?|ing)|shorten(?:s|ed|ing)?|truncat(?:e[sd]?|ing)|trim(?:s|med|ming)?|winsori[sz](?:e[sd]?|ing)|cap(?:s|ped|ping)? (?:the )?outliers|aggregat(?:e[sd]?|ing)|resampl(?:e[sd]?|ing)|shuffl(?:e[sd]?|ing)|unlock(?:s|ed|ing)?|peek(?:s|ed|ing)?|merg(?:e[sd]?|ing)|collaps(?:e[sd]?|ing)|cut(?:ting)? out|do(?:ing)? away with|leav(?:e|ing) (?:out|off|aside)|blank(?:ed|ing)? out|without (?:the )?(?:saturation|ad-?stock|carry-?over|hill|ridge|penalty|hold-?out|trend|seasonality|intercept|sign)|shift(?:s|ed|ing)? the|invert(?:s|ed|ing)?|revers(?:e[sd]?|ing)|flip(?:s|ped|ping)?|zero(?:ed|ing)? out|nullif(?:y|ied|ies|ying)|freez(?:e|ing)|impute[ds]?|backfill(?:s|ed|ing)?|rescal(?:e[sd]?|ing))\b/;

/** Verbs that put something in use or alter it; harmless with a tunable object. */
export const WEAK_CHANGE =
  /\b(?:us(?:e[sd]?|ing)|fit(?:s|ted|ting)?|run(?:s|ning)?|appl(?:y|ies|ied|ying)|try(?:ing)?|tries|tried|adopt(?:s|ed|ing)?|introduc(?:e[sd]?|ing)|add(?:s|ed|ing)?|includ(?:e[sd]?|ing)|chang(?:e[sd]?|ing)|alter(?:s|ed|ing)?|modif(?:y|ies|ied|ying)|adjust(?:s|ed|ing)?|rework(?:s|ed|ing)?|set(?:s|ting)?|choos(?:e|ing)|select(?:s|ed|ing)?|estimat(?:e[sd]?|ing)|train(?:s|ed|ing)?|go(?:ing)? (?:with|for|to|over)|prefer(?:s|red)?|allow(?:s|ed|ing)?|permit(?:s|ted|ting)?|enabl(?:e[sd]?|ing)|mak(?:e[sd]?|ing)|treat(?:s|ed|ing)?|reduc(?:e[sd]?|ing)|extend(?:s|ed|ing)?|expand(?:s|ed|ing)?|report(?:s|ed|ing)?|scor(?:e[sd]?|ing)|judg(?:e[sd]?|ing)|optimi[sz](?:e[sd]?|ing)|rely|relies|assum(?:e[sd]?|ing)|pretend(?:s|ed|ing)?|consider(?:s|ed|ing)?|implement(?:s|ed|ing)?|deploy(?:s|ed|ing)?)\b/;

/** Words that turn a clause into a refusal, a promise to keep, or a statement about others. */
export const NEGATION =
  /\b(?:not|never|no|none|neither|nor|cannot|can't|won't|don't|doesn't|didn't|isn't|aren't|wasn't|shouldn't|mustn't|without (?:changing|touching|altering|any change)|avoid(?:s|ed|ing)?|refrain(?:s|ed|ing)?|forbid(?:s|den)?|prohibit(?:s|ed)?|reject(?:s|ed|ing)?|refus(?:e[sd]?|ing)|declin(?:e[sd]?|ing)|rule[sd]? out|against|rather than|instead of|nothing)\b/;
export const KEEPING =
  /\b(?:keep(?:s|ing)?|kept|retain(?:s|ed|ing)?|preserv(?:e[sd]?|ing)|unchanged|untouched|as (?:it )?is|as given|as pinned|intact|stays?|stayed|remain(?:s|ed|ing)?|respect(?:s|ed|ing)?|honou?r(?:s|ed|ing)?|protected|off[- ]limits|out of scope|not in scope|a methodology change|fixed|frozen|consistent with|in line with|within (?:the |its |their )?(?:permitted |allowed |published |specified )?(?:range|bounds|limits|specification))\b/;
export const MENTION =
  /\b(?:literature|papers?|stud(?:y|ies)|authors?|survey(?:s|ed)?|textbooks?|(?:19|20)\d\d|et al|review(?:s|ed)?|discuss(?:es|ed)?|compar(?:e[sd]?|ing|ison)|background|for reference|known as|is called|defined|definition|explains?|describ(?:e[sd]?|ing)|means|documented|documentation|published|benchmarks?|previous(?:ly)?|last (?:year|quarter|round)|earlier|already|was|were|had been|because|since)\b/;
export const DIRECTIVE =
  /\b(?:please|must|should|shall|need to|needs to|have to|has to|let us|let's|we will|we'll|i will|going to|propos(?:e[sd]?|ing|al)|recommend(?:s|ed|ing)?|suggest(?:s|ed|ing)?|plan(?:s|ned)?|intend(?:s|ed)?|want(?:s|ed)?|would like|ask(?:s|ed|ing)?|instruct(?:s|ed)?|ensure|make sure|go ahead|proceed|kindly|better to|time to|ought to|once|after (?:approval|this|clearance)|next (?:round|iteration|step|time)|at training time|when (?:you )?(?:train|fit)|during (?:training|fitting)|in practice|effectively|in effect)\b/;
export const CONDITION =
  /\b(?:if|unless|in case|provided|assuming|suppose|hypothetically|were we to|what if|imagine|would it|could we|might we|should the|whenever|as soon as|fall(?:s|ing)? back)\b/;
export const AUTHORITY =
  /\b(?:(?:pre-?)?approved|approves|approval|sign(?:ed)?[- ]?off|signed off|authori[sz](?:ed|es|ation)|mandated?|mandate|waivers?|exempt(?:ed|ion)?|exception (?:was )?granted|granted|cleared by|endorsed|sanctioned|ratified|green-?lit|green light|go-ahead|permission|blessing|agreed with|on behalf of|per (?:the )?(?:cmo|ceo|cfo|board|committee|legal|audit|vendor|client)|(?:cmo|ceo|cfo|vp|director|board|committee|council|legal|head of \w+) (?:has |have )?(?:approved|agreed|decided|wants|asked|requires|instructed|confirmed|signed)|no longer (?:protected|applies|binding|in force)|superseded|supersedes|version [23]|v[2-9]\b|amended|amendment|new policy|policy update|forthcoming|in press|working paper)\b/;
export const AGENTS =
  /\b(?:stakeholder|business analyst|research persona|data scientist|trainer|executor|coordinator|router|orchestrator|deployer|reviewer|reader|next agent|other agents?|downstream|approver|operator|engineer)\b/;
