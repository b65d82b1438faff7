/**
 * What a reader must know before believing the report, with this session's own figures.
 *
 * I1. How many proposals looked at the validation weeks, and whether calibration was on, is always
 *     said.
 */
import { formatPercent } from "../schemas/number-text.ts";
import type { SessionResults } from "../session/results.ts";
import type { ModelDetail } from "./model-detail.ts";

/** Sentences for the caveats section. */
export function caveatsOf(results: SessionResults, detail: ModelDetail | null): readonly string[] {
  return [
    "Fit does not prove effect. Models with the same error can credit channels very differently: on simulated data with known truth, well-fitting models miss ROI by about half. Test large decisions by experiment.",
    `${results.counts.proposals_tried} proposals and ${results.counts.evaluations} evaluated configurations looked at the same validation weeks, so the validated error is optimistic. The locked weeks were looked at once.`,
    lockedSentence(results),
    calibrationSentence(detail),
    trainerSentence(results, detail),
    detail === null
      ? ""
      : `Intervals hold for this methodology: they carry the noise of the data and the choice among near-equal parameters, not the choice of the methodology itself (${detail.intervals.draws} draws, ${formatPercent(detail.intervals.level, 0)}).`,
    ...diagnosticSentences(detail),
    "Effects after the last week and beyond the longest lag are not counted; long-term brand effects are outside this model.",
  ].filter((sentence) => sentence !== "");
}

function lockedSentence({ locked_test: locked, validation }: SessionResults): string {
  if (locked === null) return "The locked weeks were not evaluated.";
  const [was, is] = [locked.baseline.wmape, locked.final.wmape];
  const validated = validation.final?.wmape ?? null;
  const verdict = locked.contradicts
    ? "They contradict validation: do not rely on the validated gain."
    : "They do not contradict validation.";
  return `On the ${locked.weeks} locked weeks wMAPE is ${formatPercent(is)} (baseline model ${formatPercent(was)}; validated ${formatPercent(validated)}). ${verdict}`;
}

function calibrationSentence(detail: ModelDetail | null): string {
  const calibration = detail?.result.calibration ?? null;
  if (calibration === null) {
    return "Calibration is off: no lift test or prior informs the returns; they come from observed co-movement alone.";
  }
  return `Calibration is on: ${calibration.lift_tests} lift tests and ${calibration.roi_priors} ROI priors draw coefficients towards them.`;
}

/** Relative difference of losses that rounding may make. */
const SAME_LOSS = 1e-6;

/** Whether the pictures are of the very model that the session trained. */
function trainerSentence({ model }: SessionResults, detail: ModelDetail | null): string {
  if (model === null || detail === null) return "";
  if (model.trainer !== "builtin") {
    return `The session's model was trained by another program (${model.trainer}); pictures and intervals here are the built-in engine's at the same parameters.`;
  }
  const same = Math.abs(detail.result.loss - model.loss) <= SAME_LOSS * model.loss;
  return same
    ? ""
    : `The data file is not the one the session had: its validated wMAPE was ${formatPercent(model.loss)}, on this file it is ${formatPercent(detail.result.loss)}.`;
}

function diagnosticSentences(detail: ModelDetail | null): readonly string[] {
  if (detail === null) return [];
  const outside = detail.result.channels.filter(({ name, roi }) => {
    const interval = detail.intervals.channels[name]?.roi ?? null;
    return roi !== null && interval !== null && (roi < interval.low || roi > interval.high);
  });
  const names = outside.map((channel) => channel.name).join(", ");
  return [
    ...(names === ""
      ? []
      : [
          `The ROI of ${names} lies outside its own interval: tuning for validation error picked parameters that are not typical of those that explain the data. Rely on the interval.`,
        ]),
    ...detail.result.findings.map((finding) => `${finding.message}.`),
  ];
}
