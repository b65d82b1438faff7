/** How figures of a signature are compared with the baseline's, and written into violations. */

/** `now` as a multiple of `before`; 1 where there was nothing before. */
export function computeBaselineRatio(now: number, before: number): number {
  return before > 0 ? now / before : 1;
}

/** A share in percent with three digits. */
export function formatSignatureShare(value: number): string {
  return `${(100 * value).toPrecision(3)} %`;
}

/** A figure as evidence, with six digits. */
export function formatSignatureFigure(value: number): string {
  return value.toPrecision(6);
}
