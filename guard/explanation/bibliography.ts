/**
 * The fixed bibliography: every work a rejection may cite, and what it supports.
 *
 * I1. Citations are keys of this table; no other text is ever shown as a reference.
 * I2. Author, year, title and place of every work were seen in a source.
 * I3. Every field of the specification has at least one work.
 */
import type { Field } from "../specification/specification.ts";

export interface Work {
  /** For a running text: author and year. */
  readonly short: string;
  readonly reference: string;
  readonly supports: readonly Field[];
  /** What the work says that matters here, in one clause. */
  readonly point: string;
}

export const BIBLIOGRAPHY = {
  koyck_1954: {
    short: "Koyck (1954)",
    reference:
      "Koyck, L. M. (1954). Distributed Lags and Investment Analysis. Amsterdam: North-Holland.",
    supports: ["adstock", "carryover_range"],
    point: "effects that decline geometrically over time",
  },
  nerlove_arrow_1962: {
    short: "Nerlove & Arrow (1962)",
    reference:
      "Nerlove, M. & Arrow, K. J. (1962). Optimal advertising policy under dynamic conditions. Economica 29(114), 129-142.",
    supports: ["adstock"],
    point: "advertising as a stock of goodwill that depreciates at a constant rate",
  },
  broadbent_1979: {
    short: "Broadbent (1979)",
    reference:
      "Broadbent, S. (1979). One way TV advertisements work. Journal of the Market Research Society 21(3), 139-166.",
    supports: ["adstock", "carryover_range"],
    point: "adstock and its half-life",
  },
  clarke_1976: {
    short: "Clarke (1976)",
    reference:
      "Clarke, D. G. (1976). Econometric measurement of the duration of advertising effect on sales. Journal of Marketing Research 13, 345-357.",
    supports: ["carryover_range", "data"],
    point: "the measured duration of advertising depends on the data interval",
  },
  leone_1995: {
    short: "Leone (1995)",
    reference:
      "Leone, R. P. (1995). Generalizing what is known about temporal aggregation and advertising carryover. Marketing Science 14(3), G141-G150.",
    supports: ["carryover_range", "data"],
    point: "temporal aggregation distorts carryover",
  },
  assmus_1984: {
    short: "Assmus, Farley & Lehmann (1984)",
    reference:
      "Assmus, G., Farley, J. U. & Lehmann, D. R. (1984). How advertising affects sales: meta-analysis of econometric results. Journal of Marketing Research 21, 65-74.",
    supports: ["carryover_range", "saturation"],
    point: "the range of carryover and elasticities found across studies",
  },
  henningsen_2011: {
    short: "Henningsen, Heuke & Clement (2011)",
    reference:
      "Henningsen, S., Heuke, R. & Clement, M. (2011). Determinants of advertising effectiveness: the development of an international advertising elasticity database and a meta-analysis. BuR - Business Research 4(2), 193-239.",
    supports: ["calibration", "carryover_range"],
    point: "advertising elasticities are small, about 0.09 in the current period",
  },
  jin_2017: {
    short: "Jin et al. (2017)",
    reference:
      "Jin, Y., Wang, Y., Sun, Y., Chan, D. & Koehler, J. (2017). Bayesian methods for media mix modeling with carryover and shape effects. Google Inc.",
    supports: ["inference", "adstock", "saturation", "architecture"],
    point: "normalised carryover followed by a Hill response, and what each is identified by",
  },
  chan_perry_2017: {
    short: "Chan & Perry (2017)",
    reference:
      "Chan, D. & Perry, M. (2017). Challenges and opportunities in media mix modeling. Google Inc.",
    supports: [
      "inference",
      "architecture",
      "baseline",
      "data",
      "calibration",
      "identity",
      "governance",
    ],
    point: "observational media mix models are sensitive to specification choices",
  },
  hanssens_2001: {
    short: "Hanssens, Parsons & Schultz (2001)",
    reference:
      "Hanssens, D. M., Parsons, L. J. & Schultz, R. L. (2001). Market Response Models: Econometric and Time Series Analysis, 2nd ed. Kluwer.",
    supports: ["architecture", "saturation"],
    point: "the choice of functional form decides what a response model can say",
  },
  little_1979: {
    short: "Little (1979)",
    reference:
      "Little, J. D. C. (1979). Aggregate advertising models: the state of the art. Operations Research 27(4), 629-667.",
    supports: ["saturation"],
    point: "response to advertising is concave or S-shaped",
  },
  zhang_2024: {
    short: "Zhang et al. (2024)",
    reference:
      "Zhang, Y., Wurm, M., Li, E., Wakim, A., Kelly, J., Price, B. & Liu, Y. (2024). Media mix model calibration with Bayesian priors. Google LLC.",
    supports: ["calibration"],
    point: "experiments enter a media mix model as evidence on returns",
  },
  dew_2024: {
    short: "Dew, Padilla & Shchetkina (2024)",
    reference:
      "Dew, R., Padilla, N. & Shchetkina, A. (2024). Your MMM is broken: identification of nonlinear and time-varying effects in marketing mix models. arXiv:2408.07678.",
    supports: ["saturation", "architecture"],
    point: "ordinary data cannot tell saturation from effects that change over time",
  },
  dekimpe_hanssens_1995: {
    short: "Dekimpe & Hanssens (1995)",
    reference:
      "Dekimpe, M. G. & Hanssens, D. M. (1995). The persistence of marketing effects on sales. Marketing Science 14(1), 1-21.",
    supports: ["baseline"],
    point: "evolving base sales have to be told apart from marketing effects",
  },
  naik_raman_2003: {
    short: "Naik & Raman (2003)",
    reference:
      "Naik, P. A. & Raman, K. (2003). Understanding the impact of synergy in multimedia communications. Journal of Marketing Research 40(4), 375-388.",
    supports: ["architecture"],
    point: "interactions between media are another model, not a setting",
  },
  erickson_1981: {
    short: "Erickson (1981)",
    reference:
      "Erickson, G. M. (1981). Using ridge regression to estimate directly lagged effects in marketing. Journal of the American Statistical Association 76, 766-773.",
    supports: ["regularization"],
    point: "ridge regression steadies lagged marketing effects",
  },
  hoerl_kennard_1970: {
    short: "Hoerl & Kennard (1970)",
    reference:
      "Hoerl, A. E. & Kennard, R. W. (1970). Ridge regression: biased estimation for nonorthogonal problems. Technometrics 12(1), 55-67.",
    supports: ["regularization"],
    point: "shrinkage trades a little bias for much less variance",
  },
  tashman_2000: {
    short: "Tashman (2000)",
    reference:
      "Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy: an analysis and review. International Journal of Forecasting 16(4), 437-450.",
    supports: ["evaluation"],
    point: "forecasts are judged out of sample, from a rolling origin",
  },
  hyndman_koehler_2006: {
    short: "Hyndman & Koehler (2006)",
    reference:
      "Hyndman, R. J. & Koehler, A. B. (2006). Another look at measures of forecast accuracy. International Journal of Forecasting 22(4), 679-688.",
    supports: ["evaluation"],
    point: "measures of error are not interchangeable",
  },
  bergmeir_benitez_2012: {
    short: "Bergmeir & Benitez (2012)",
    reference:
      "Bergmeir, C. & Benitez, J. M. (2012). On the use of cross-validation for time series predictor evaluation. Information Sciences 191, 192-213.",
    supports: ["evaluation", "governance"],
    point: "validation of time series has to respect their order",
  },
  cerqueira_2020: {
    short: "Cerqueira, Torgo & Mozetic (2020)",
    reference:
      "Cerqueira, V., Torgo, L. & Mozetic, I. (2020). Evaluating time series forecasting models: an empirical study on performance estimation methods. arXiv:1905.11744.",
    supports: ["evaluation"],
    point: "order-preserving out-of-sample tests estimate the error of non-stationary series best",
  },
  ng_2021: {
    short: "Ng, Wang & Dai (2021)",
    reference:
      "Ng, E., Wang, Z. & Dai, A. (2021). Bayesian time varying coefficient model with applications to marketing mix modeling. arXiv:2106.03322.",
    supports: ["architecture"],
    point: "coefficients that change over time are another architecture",
  },
} as const satisfies Record<string, Work>;

export type CitationKey = keyof typeof BIBLIOGRAPHY;

/** The work of a key, or null for a key the bibliography does not hold. */
export function findWork(key: string): Work | null {
  return Object.hasOwn(BIBLIOGRAPHY, key) ? BIBLIOGRAPHY[key as CitationKey] : null;
}

/** Works for a field in the order given; at least one for every field. */
export function listWorksFor(field: Field): readonly CitationKey[] {
  return (Object.keys(BIBLIOGRAPHY) as CitationKey[]).filter((key) =>
    (BIBLIOGRAPHY[key] as Work).supports.includes(field),
  );
}
