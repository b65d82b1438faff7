/**
 * Valid tunings by the hundred thousand: none of them may be vetoed by rules or signature.
 *
 *   node bench/guard/tunings.ts [count]
 *
 * Valid means: each number inside its range; decays between three tenths of the published range and
 * nine tenths of the whole one; an exponent of at most 1.2 (over spend seen: 1) or at least 2 (away from
 * the straight stretch of the Hill curve), and from 2 on a half-saturation from the published low end
 * to 0.8 of the spend seen (below is an on/off step, above the curve only steepens).
 * Drawn over every base of the labelled set but those that were made to be refused; every second
 * one as with data, whose 95 % quantiles of exposure are drawn too.
 */
import { judgeStructure } from "../../guard/judge.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import type { ObservedExposure } from "../../guard/signature/signature.ts";
import { computeSearchBounds } from "../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../model/config.ts";
import { createSeededRandom } from "../../router/classifier/random.ts";
import { readBases } from "./set.ts";

const count = Number(process.argv[2] ?? 100_000);
const draw = createSeededRandom(20_26);
const bases = ["standard", "daily", "digital", "two_others", "short_lag"].map((name) => {
  const base = readBases().get(name);
  if (base === undefined) throw new Error(`No base ${name}`);
  return { ...base, bounds: [...computeSearchBounds(base.base.config, SPECIFICATION_SHIPPED)] };
});
let vetoed = 0;
for (let at = 0; at < count; at += 1) {
  const base = bases[at % bases.length];
  if (base === undefined) continue;
  let alpha = 1;
  const observed = at % 2 === 0 ? null : drawExposure(base.baseline.config);
  const changes = base.bounds.map(([path, { min, max, softMin, softMax, integer }]) => {
    const share = draw();
    let to = min + share * (max - min);
    if (path.endsWith(".decay")) {
      to = Math.max(Math.min(to, min + 0.9 * (max - min)), softMin + 0.3 * (softMax - softMin));
    }
    if (path.endsWith(".alpha")) {
      const straight = observed === null ? 1.2 : 1;
      if (to > straight && to < 2) to = to < 1.6 ? straight : 2;
      alpha = to;
    }
    if (path.endsWith(".gamma") && alpha >= 2) {
      const seen = observed?.[path.split(".")[1] ?? ""]?.p95 ?? 1;
      to = Math.max(softMin, Math.min(0.8 * seen, to));
    }
    return { path, to: integer ? Math.round(to) : to };
  });
  const verdict = judgeStructure({
    raw: JSON.stringify({ changes }),
    base: base.base,
    baseline: base.baseline,
    constraints: [],
    spec: SPECIFICATION_SHIPPED,
    observed,
  });
  if (verdict.verdict === "cleared") continue;
  vetoed += 1;
  if (vetoed <= 5) console.log(verdict.violations, JSON.stringify(changes));
}
console.log(`${count} generated valid tunings: ${vetoed} vetoed by rules or signature`);
if (vetoed > 0) process.exitCode = 1;

/** Exposures as data show them: 95 % quantiles from 0.4 to 1 of the largest. */
function drawExposure({ channels }: ModelConfig): ObservedExposure {
  return Object.fromEntries(
    channels.map(({ name }) => {
      const p95 = 0.4 + 0.6 * draw();
      return [name, { p50: p95 / 2, p95 }];
    }),
  );
}
