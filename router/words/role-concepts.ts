/**
 * What the four roles' work is called in the words of the field, in English.
 */
import { type Concept, createConcept } from "./concept.ts";

const DS = "data_scientist";
const BA = "business_analyst";
const SH = "stakeholder";
const RP = "research_persona";

const CARRY =
  "decay*|retention|carry-?over|half-?li(?:fe|ves)|persisten*|stick(?:y|iness)|wears? (?:off|out)|fad(?:e|es|ing)|linger*|carr(?:y|ied)-forward|memory|ad-?stocks?";
const CURVE =
  "alphas?|gammas?|hill|saturat*|half-saturation|half-points?|midpoints?|steep*|exponents?|curvature|bends?|inflection|half-effect|plateau*";
const RATES =
  "learning rate|step sizes?|steps?|refinement*|l2|ridge|penali[sz]*|penalt*|shrink*|smoothing|update rate|regulari[sz]*|lambda";

export const ROLE_CONCEPTS: readonly Concept[] = [
  // Tuning inside the methodology.
  createConcept("carryover_parameter", CARRY, { [DS]: 1, [BA]: 0.5 }),
  createConcept("saturation_parameter", CURVE, { [DS]: 1 }),
  createConcept("training_parameter", RATES, { [DS]: 1.5 }),
  createConcept("hyperparameter", "hyper-?param*|tunables?|param(?:eter)?s?|settings?", {
    [DS]: 1.5,
  }),
  createConcept(
    "tune",
    "re-?tun*|tun(?:e|es|ed|ing)|fine-?tun*|re-?optimi[sz]*|optimi[sz]*|re-?calibrat*|adjust*|tweak*|nudg*|dial*|wring|squeeze",
    { [DS]: 2 },
  ),
  createConcept(
    "search",
    "grid|sweep*|search(?:es|ing)?|profile|explor*|perturb*|vary|random search|trials?",
    {
      [DS]: 0.5,
    },
  ),
  createConcept(
    "nudge",
    "lower*|rais*|increas*|decreas*|reduc*|halve*|cut|bump*|soften*|sharpen*|flatten*|shift*|trim*|shorten*|lengthen*|loosen*|strengthen*",
    { [DS]: 1 },
  ),
  createConcept(
    "nudge_parameter",
    `(?:lower|rais|increas|decreas|reduc|halv|bump|trim|shorten|set|move|shift|bring|put)*[^.?!;]{0,40}(?:${CARRY}|${CURVE}|${RATES})`,
    { [DS]: 1.5 },
  ),
  createConcept("parameter_value", `(?:${CARRY}|${CURVE}|${RATES})[^.?!;]{0,25}\\s?[.]?[0-9]+`, {
    [DS]: 1.5,
  }),
  createConcept(
    "fit_error",
    "w?s?mape|mase|n?rmse|valid(?:ation|ated)|out-of-sample|folds?|over-?fit*|under-?fit*|residual*|back-?test*|out-of-time|deviation|loss|r2|r²|autocorrelation",
    { [DS]: 1 },
  ),
  createConcept("accuracy", "accura*|errors?|fit|fits|generalis*|predict*|forecast*", {
    [DS]: 0.5,
  }),
  createConcept(
    "refit",
    "re-?fit*|re-?run*|re-?train*|re-?estimat*|iterations?|evaluations?|converge*",
    {
      [DS]: 0.5,
    },
  ),
  createConcept("change_list", "(?:hyperparameters|training)\\.[a-z0-9_.]{1,40}", { [DS]: 4 }),
  // Changing or grounding the methodology.
  createConcept(
    "other_form",
    "wei?b[ui]l+|wiebull|logistic|gompertz|michaelis*|negative exponential|power (?:curve|function)|square root|tanh|arctan*|splines?|polynomial|almon|koyck|kernel*|hump*|peak*|quadratic|log-?log|log-?linear|non-?geometric|non-?parametric|delayed|log(?:s|ged|arithm*)?(?: of| both| the|\\()|linear model|concave|two-parameter|error.correction|cointegrat*|first differences",
    { [RP]: 2 },
  ),
  createConcept(
    "other_estimator",
    "bayes*|mcmc|pymc*|prophet|robyn|meridian|lightweight*|lasso|elastic net|l1|ols|least squares|random forests?|xgboost|boosting|neural|lstm|deep learning|kalman|state-space|arima*|quantile|huber|var|gam|priors?|posterior*|instrument*|two-stage|latent|mediator|double machine|pareto|decomp[.]rssd|maximum likelihood|synthetic control|shapley|attribution",
    { [RP]: 2 },
  ),
  createConcept(
    "replace",
    "replac*|swi?t?ch*|giv(?:e|ing) up|exchang*|in lieu of|redo|redefin*|redesign*|rework*|rebuild*|swap*|substitut*|instead of|in place of|rather than|convert*|move (?:over )?to|go (?:fully |from )|use an?|adopt|turn off|switch off",
    { [RP]: 1 },
  ),
  createConcept(
    "remove",
    "drop*|remov*|should go|ditch*|scrap*|bin|kick out|abandon*|thr[eo]w*|forget about|abolish*|strip*|delet*|exclud*|omit*|eliminat*|get rid|throw out|take out|leave out|without|no(?=\\s+(?:trend|intercept|seasonality|adstock|saturation|holdout))",
    { [RP]: 1 },
  ),
  createConcept(
    "add",
    "add(?:s|ed|ing)?|introduc*|enter|put in|treat|model|includ*|insert*|merge*|split*|combin*|allow*|permit*",
    { [RP]: 0.75 },
  ),
  createConcept(
    "structure",
    "architecture|structur*|functional forms?|forms?|shapes?|famil(?:y|ies)|kind of|additive*|multiplicative|interactions?|synerg*|intercept|constant term|trend|fourier(?:_pairs)?|pairs|harmonics|seasonal terms?|seasonality|dumm(?:y|ies)|covariates?|control variables?|controls?|regressors?|hierarchical|pooling|geo-level|panel|specification|methodolog*|equations?|estimator*",
    { [RP]: 1.5 },
  ),
  createConcept(
    "replace_structure",
    `(?:replac|switch|swap|substitut|chang|drop|remov|delet|eliminat|alter|redefin|redesign)*[^.?!;]{0,50}(?:ad-?stocks?|saturation(?: function)?|hill|curves?|functions?|models?|estimator*|order|target|metrics?|scheme|trend|seasonality|intercept|penalty type|data)`,
    { [RP]: 1.5 },
  ),
  createConcept(
    "signs",
    "betas?|neg(?:ative|ativ)? (?:media )?(?:coef*|betas?|effects?|values)|below zero|non-?negativ*|positivity|unrestricted|signs?",
    {
      [RP]: 2,
    },
  ),
  createConcept(
    "evaluation_scheme",
    "cross-?validat*|sealed|peek*|k-?fold*|random (?:split|folds?)|train/test|80/20|shuffl*|locked|final weeks|test (?:weeks|period|data)|number of folds|horizon|hold-?outs?|in-sample|rolling-origin|leave-one-out|aicc?|bic",
    { [RP]: 1 },
  ),
  createConcept(
    "science",
    "papers?|literatur*|et al|[A-Z]?[a-z]+ (?:and [a-z]+ )?[(]?(?:19|20)[0-9]{2}[)]?|cit(?:e|es|ation|ations)|references?|academic*|scientif*|scholar*|theor*|justif*|et al|textbooks?|derivation|empirical|evidence|stud(?:y|ies)|assum*|peer-reviewed|published|grounds|proof|sources?|identifiab*|identification|endogen*|omitted variable|causal*|unbiased|says who|tenets?|authorit(?:y|ies)|scholars?|econometri*|reverse causality",
    { [RP]: 1.5 },
  ),
  createConcept(
    "variables",
    "target|kpi|footfall|market share|sales volume|years? of data|weeks of data|granular*|dependent variable|outcome|log (?:of )?sales|daily|monthly|granularity|outliers|winsori[sz]*|covid|lockdown|pandemic|lagged|variables?|features?|impressions|grps?|detrend*|deseason*|aggregate*|max(?:imum)?.?lag*",
    { [RP]: 1 },
  ),
  createConcept(
    "protected_path",
    "(?:architecture|adstock|saturation|evaluation|regularization|data)\\.[a-z_]{2,30}|media_sign|fourier_pairs|max_lag*|locked_test*|(?:adstock|saturation|trend|order|intercept|regularization|penalty type)\\s?(?:=|:)",
    { [RP]: 4 },
  ),
  createConcept(
    "why_method",
    "why (?:is|are|do|does|not|hill|additive|geometric)|on what|which assumptions",
    {
      [RP]: 0.5,
    },
  ),
  // Commercial plausibility.
  createConcept(
    "plausible",
    "(?:im)?plausib*|(?:un)?believ*|(?:in)?credib*|(?:un)?realis[mt]*|sensibl*|senses?|sane|sanity|reality check|(?:im)?probable|tenable|sound right|make sen[sc]e|wrong|off|reasonabl*|ridiculous|nonsense|odd|strange|weird|suspicious|fishy|doubt*|trust|defensible|too good|ring true|chime*|tall(?:y|ies)|gut (?:check|feeling)|fairy tale|fantasy|no way|out of whack|embarrass*|laugh*|appraise*|appraisal|opine|scrutini[sz]*|sense-check|artefact",
    { [BA]: 2 },
  ),
  createConcept(
    "benchmark",
    "bench?m*rks?|benchmark*|industr*|norms?|typical*|category|competitors?|compar(?:e|es|ed|able|ison)*|usual*|customary|sector|average|peers|rivals?|rules? of thumb|normal|practice|in line with|out of line|out of range",
    { [BA]: 1.5 },
  ),
  createConcept(
    "returns",
    "m?roi|mroi|rois|roas|pay-?backs?|pays? (?:back|for itself|off)|returns?|incremental*|contribut*|decomposition|shares? of|break-?even|takings|turnover|times the money|(?:quid|euros?|pounds?|dollars?) (?:back|earned)|per (?:additional|extra|new) (?:customer|client)|cost per|uplift|base share",
    { [BA]: 1.5 },
  ),
  createConcept("money", "margins?|profit*|revenue|euros?|eur|€|cfo|finance|controller|economic*", {
    [BA]: 0.75,
  }),
  createConcept(
    "trade",
    "business|commercial*|markets?|retail*|shops?|stores?|customers?|consumer*|purchase cycle|buying cycle|trade|planners?|agency|brands?|price*|promo*|stock-?outs?|competition",
    { [BA]: 0.75 },
  ),
  createConcept(
    "warnings",
    "flags?|flagged|warnings?|warn|critical|red flags?|contradict*|deviat*",
    {
      [BA]: 1,
    },
  ),
  createConcept(
    "bounds",
    "bounds?|limits?|ranges?|narrow*|ceiling|constraints?|minimum and maximum|windows? for",
    {
      [BA]: 1,
    },
  ),
  createConcept(
    "assess",
    "assess*|judg*|interpret*|explain*|review*|check*|verify|validat*|comment|analys*|look into",
    {
      [BA]: 0.5,
    },
  ),
  // Deployment.
  createConcept(
    "deploy",
    "deploy*|go(?:es|ing)?.?live|live|roll(?:ed|ing)?.?out*|launch*|in(?:to)? production|production|releas*|ship*|implement*|in(?:to)? (?:service|use|force)|adopt*|cut-?over|switch(?:ed)? (?:over|on)|promot(?:e|ion) the|retire|official*|fit for (?:service|use)|put to use|start using|introduc(?:e|es|ed|ing|tion)|pilots?|trial (?:run|quarter)",
    { [SH]: 1.5 },
  ),
  createConcept(
    "approve",
    "app?rov*|ap?pro*val|sign(?:s|ed)?[- ]?off|signature|sign|green light|consent|authori[sz]*|permission|clearance|go[ /]?(?:or )?no[- /]?go|yes or no|verdict|accept*|endors*|sanction*|blessing|the nod|go-?ahead|thumbs up|ratif*|final okay|veto|reject*",
    { [SH]: 1.5 },
  ),
  createConcept(
    "decide",
    "decid*|decisions?|your call|recommendation|choose|arbitrate|ruling|resolve|make the call|flip the switch|use it or|call (?:it )?off|proceed|commit*|final word|go ahead|agreed?|object(?:s|ion|ions)?",
    {
      [SH]: 1.5,
    },
  ),
  createConcept(
    "safeguards",
    "monitor*|roll(?:ed|ing)?.?back|revert*|alerts?|alarms?|tracking error|stop-loss|success criteria|acceptance criteria|exit criteria|criteria|fallback|way back|warning lights?|review date|next review|safeguards?",
    { [SH]: 2 },
  ),
  createConcept(
    "executives",
    "board|management|executives?|cmo|ceo|directors?|sponsor|steering|leadership|shareholders?|owner|auditors?|legal|compliance|responsib*|in charge",
    { [SH]: 1 },
  ),
  createConcept(
    "timing",
    "postpone*|delay*|hold|wait|phased|parallel|next (?:quarter|year)|by (?:noon|friday|monday)|asap|date",
    {
      [SH]: 0.75,
    },
  ),
  createConcept(
    "risk",
    "risks?|risky|at stake|comfortable|worth|justif(?:y|ies) (?:the|switching)|benefits?",
    {
      [SH]: 1,
    },
  ),
  createConcept(
    "model_in_use",
    "(?:old|new|current|present|former|candidate|final) (?:model|version|config*|setup)",
    {
      [SH]: 0.75,
    },
  ),
];
