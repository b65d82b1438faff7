/**
 * The evidence of the engine as it is published: finite numbers, raised flags first.
 *
 * I1. Every flag is published, raised or not: what was not found is visible, too.
 */
import type { Evidence } from "../model/evidence/gather.ts";
import { STOPS, type Flag } from "../model/evidence/flags.ts";
import { EVIDENCE, type EvidenceFlag, type PublishedEvidence } from "../schemas/evidence.ts";

/** The evidence as plain JSON. */
export function publishEvidence({ flags, plan, experiment }: Evidence): PublishedEvidence {
  const { total, spent, gain } = plan;
  return EVIDENCE.parse({
    flags: flags.map(publishFlag).toSorted((a, b) => rankFlag(a) - rankFlag(b)),
    plan: {
      total,
      spent,
      gain,
      channels: plan.channels.map(({ channel, spend_before, spend_after }) => ({
        channel,
        spend_before,
        spend_after,
      })),
    },
    experiment:
      experiment === null
        ? null
        : { ...experiment, roi_se_expected: finiteOrNull(experiment.roi_se_expected) },
  });
}

function publishFlag(flag: Flag): EvidenceFlag {
  const figures = Object.entries(flag.figures).filter(([, value]) => Number.isFinite(value));
  return {
    ...flag,
    channels: [...flag.channels],
    stops: STOPS[flag.code],
    value: finiteOrNull(flag.value),
    limit: finiteOrNull(flag.limit),
    figures: Object.fromEntries(figures),
  };
}

/** Raised and stopping, raised, not raised. */
function rankFlag({ raised, stops }: EvidenceFlag): number {
  return raised ? (stops ? 0 : 1) : 2;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
