/**
 * Valid tunings by the hundred thousand: none of them may be vetoed by rules or signature.
 *
 *   node bench/guard/tunings.ts [count]
 *
 * Valid means: each number inside its range, and at least one channel with a decay of 0.2 or more,
 * an exponent of at most 1.2 or at least 2 for each channel (away from the straight stretch of the
 * Hill curve), and channels not all alike. Drawn over every base of the labelled set but those that
 * were made to be refused.
 */
import { judgeStructure } from "../../guard/judge.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { computeSearchBounds } from "../../guard/specification/tunables.ts";
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
  const changes = base.bounds.map(([path, { min, max, softMin, softMax, integer }]) => {
    const share = draw();
    let to = min + share * (max - min);
    if (path.endsWith(".decay")) to = Math.max(to, softMin + 0.3 * (softMax - softMin));
    if (path.endsWith(".alpha") && to > 1.2 && to < 2) to = to < 1.6 ? 1.2 : 2;
    return { path, to: integer ? Math.round(to) : to };
  });
  const verdict = judgeStructure({
    raw: JSON.stringify({ changes }),
    base: base.base,
    baseline: base.baseline,
    constraints: [],
    spec: SPECIFICATION_SHIPPED,
  });
  if (verdict.verdict === "cleared") continue;
  vetoed += 1;
  if (vetoed <= 5) console.log(verdict.violations, JSON.stringify(changes));
}
console.log(`${count} generated valid tunings: ${vetoed} vetoed by rules or signature`);
if (vetoed > 0) process.exitCode = 1;
