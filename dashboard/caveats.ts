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
export function listCaveats(
  results: SessionResults,
  detail: ModelDetail | null,
): readonly string[] {
  return [
    "Fit does not prove effect. Models with the same error can credit channels very differently: on simulated data with known truth, well-fitting models miss ROI by about half. Test large decisions by experiment.",
    `${results.counts.proposals_tried} proposals and ${results.counts.evaluations} evaluated configurations looked at the same validation weeks, so the validated error is optimistic. The locked weeks were looked at once.`,
    gainSentence(results),
    describeLockedTest(results),
    describeCalibrationUse(detail),
    describeTrainer(results, detail),
    detail === null
      ? ""
      : `Returns are those of the methodology and the data; tuning moves the forecast and never a return. Intervals carry the noise of the data and the choice among near-equal parameters, not the choice of the methodology itself (${detail.result.posterior.draws} draws, ${formatPercent(detail.result.posterior.level, 0)}).`,
    ...describeFitDiagnostics(detail),
    "Effects after the last week and beyond the longest lag are not counted; long-term brand effects are outside this model.",
  ].filter((sentence) => sentence !== "");
}

function gainSentence({ validation: { gain } }: SessionResults): string {
  if (gain === null) return "";
  if (gain.mean === 0) return "Tuning found no better forecast: the baseline's own stands.";
  const points = (value: number): string => (100 * value).toFixed(2);
  return `Tuning lowered the validated error by ${points(gain.mean)} points (standard error ${points(gain.standard_error)} over ${gain.folds} folds). It moved the forecast alone.`;
}

function describeLockedTest({ locked_test: locked, validation }: SessionResults): string {
  if (locked === null) return "The locked weeks were not evaluated.";
  const [was, is] = [locked.baseline.wmape, locked.final.wmape];
  const validated = validation.final?.wmape ?? null;
  const verdict = locked.contradicts
    ? "They contradict validation: do not rely on the validated gain."
    : "They do not contradict validation.";
  return `On the ${locked.weeks} locked weeks wMAPE is ${formatPercent(is)} (baseline model ${formatPercent(was)}; validated ${formatPercent(validated)}). ${verdict}`;
}

function describeCalibrationUse(detail: ModelDetail | null): string {
  const calibration = detail?.result.calibration ?? null;
  if (calibration === null) {
    return "Calibration is off: no lift test or prior informs the returns; they come from observed co-movement alone.";
  }
  return `Calibration is on: ${calibration.lift_tests} lift tests and ${calibration.roi_priors} ROI priors draw coefficients towards them.`;
}

/** Relative difference of losses that rounding may make. */
const SAME_LOSS = 1e-6;

/** Whether the pictures are of the very model that the session trained. */
function describeTrainer({ model }: SessionResults, detail: ModelDetail | null): string {
  if (model === null || detail === null) return "";
  if (model.trainer !== "builtin") {
    return `The session's model was trained by another program (${model.trainer}); pictures and intervals here are the built-in engine's at the same parameters.`;
  }
  const same = Math.abs(detail.result.loss - model.loss) <= SAME_LOSS * model.loss;
  return same
    ? ""
    : `The data file is not the one the session had: its validated wMAPE was ${formatPercent(model.loss)}, on this file it is ${formatPercent(detail.result.loss)}.`;
}

function describeFitDiagnostics(detail: ModelDetail | null): readonly string[] {
  if (detail === null) return [];
  return detail.result.findings.map((finding) => `${finding.message}.`);
}
