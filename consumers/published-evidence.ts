/**
 * The evidence of the engine as it is published: finite numbers, raised flags first.
 *
 * I1. Every raised flag is published, and so are the others up to `FLAGS_MAX` in all: what was not found
 *     is visible, too, and a model of many channels stays within a record's size.
 */
import type { Evidence } from "../model/evidence/gather.ts";
import { STOPS, type Flag } from "../model/evidence/flags.ts";
import { EVIDENCE, type EvidenceFlag, type PublishedEvidence } from "../schemas/evidence.ts";

/** A flag takes about 300 bytes. */
const FLAGS_MAX = 400;

/** The evidence as plain JSON. */
export function publishEvidence({ flags, plan, experiment }: Evidence): PublishedEvidence {
  const { total, spent, gain } = plan;
  return EVIDENCE.parse({
    flags: boundFlags(flags.map(publishFlag)),
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

function boundFlags(flags: readonly EvidenceFlag[]): readonly EvidenceFlag[] {
  const sorted = flags.toSorted((a, b) => rankFlag(a) - rankFlag(b));
  const raised = sorted.filter((flag) => flag.raised).length;
  return sorted.slice(0, Math.max(raised, FLAGS_MAX));
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
