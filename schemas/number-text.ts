/**
 * Numbers as people read them.
 *
 * I1. These texts stand in histories: what one writes for a number never changes.
 */

/** In place of a number that is not known. */
const DASH = "–";

/** A fraction as per cent, such as 0.0512 as "5.12 %"; a dash where there is none. */
export function formatPercent(fraction: number | null | undefined, digits = 2): string {
  return fraction === null || fraction === undefined
    ? DASH
    : `${(fraction * 100).toFixed(digits)} %`;
}
