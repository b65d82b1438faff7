/**
 * The raised flags of the model of record in the business review, in their own words and figures.
 *
 * I1. One finding per code, the first flag's, with how many there are more like it.
 * I2. No flag is critical: tuning moves none of them, so none is a reason to send a proposal back.
 */
import type { EvidenceFlag, PublishedEvidence } from "../../schemas/evidence.ts";
import type { Finding } from "../../schemas/parts.ts";

const SOURCE = "checks of the data and the posterior (docs/DECISION.md)";

/** Findings of flags that stop budget use are warnings, of the others information. */
export function listFlagFindings(evidence: PublishedEvidence | null): readonly Finding[] {
  const raised = (evidence?.flags ?? []).filter((one) => one.raised);
  return [...Map.groupBy(raised, ({ code }) => code).values()].flatMap(toFinding);
}

function toFinding([first, ...more]: readonly EvidenceFlag[]): readonly Finding[] {
  if (first === undefined) return [];
  const { code, channels, value, limit, stops, message } = first;
  const others = more.length > 0 ? ` (and ${more.length} more like it)` : "";
  return [
    {
      code: `flag_${code}`,
      severity: stops ? "warning" : "info",
      channel: channels[0] ?? null,
      figure: value,
      bound: limit === null ? null : String(Number(limit.toPrecision(3))),
      message: `${message}${others}`,
      source: SOURCE,
    },
  ];
}
