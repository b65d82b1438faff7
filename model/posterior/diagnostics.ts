/**
 * Have the chains converged, and how much are their draws worth?
 *
 * Rank-normalised split R-hat (the larger of bulk and folded) and bulk effective sample size
 * (Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, §3–4); autocovariances are cut by Geyer's
 * initial monotone sequence (Geyer 1992).
 *
 * 1. Constant draws have an R-hat of 1 and an effective size of their count.
 */

import { normalQuantile } from "./arithmetic.ts";

export interface Convergence {
  readonly r_hat: number;
  readonly ess: number;
}

/** Diagnostics of one quantity; `chains` holds its draws chain by chain. */
export function measureConvergence(chains: readonly Float64Array[]): Convergence {
  const halves = chains.flatMap(splitChain);
  const bulk = rankNormalize(halves);
  const middle = medianOf(halves);
  const folded = rankNormalize(halves.map((half) => half.map((x) => Math.abs(x - middle))));
  return { r_hat: Math.max(rHat(bulk), rHat(folded)), ess: effectiveSize(bulk) };
}

function splitChain(chain: Float64Array): Float64Array[] {
  const half = chain.length >> 1;
  return [chain.slice(0, half), chain.slice(chain.length - half)];
}

function medianOf(chains: readonly Float64Array[]): number {
  const all = Float64Array.from(chains.flatMap((chain) => [...chain])).sort();
  const at = all.length >> 1;
  return all.length % 2 === 1 ? (all[at] ?? 0) : ((all[at - 1] ?? 0) + (all[at] ?? 0)) / 2;
}

/** Φ⁻¹((rank − 3/8)/(n + 1/4)), ties sharing their mean rank. */
function rankNormalize(chains: readonly Float64Array[]): Float64Array[] {
  const length = chains[0]?.length ?? 0;
  const all = Float64Array.from(chains.flatMap((chain) => [...chain]));
  const order = Uint32Array.from(all.keys()).sort(
    (i, j) => (all[i] as number) - (all[j] as number) || i - j,
  );
  const out = new Float64Array(all.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && all[order[to] as number] === all[order[from] as number]) to += 1;
    const rank = (from + 1 + to) / 2;
    const value = normalQuantile((rank - 0.375) / (all.length + 0.25));
    for (let at = from; at < to; at += 1) out[order[at] as number] = value;
    from = to;
  }
  return chains.map((_, index) => out.slice(index * length, (index + 1) * length));
}

interface Moments {
  readonly means: number[];
  readonly within: number;
  /** var⁺ of the paper. */
  readonly total: number;
}

function momentsOf(chains: readonly Float64Array[]): Moments {
  const length = chains[0]?.length ?? 0;
  const means = chains.map((chain) => chain.reduce((a, b) => a + b, 0) / length);
  const grand = means.reduce((a, b) => a + b, 0) / chains.length;
  const between = means.reduce((sum, mean) => sum + (mean - grand) ** 2, 0) / (chains.length - 1);
  let within = 0;
  for (const [index, chain] of chains.entries()) {
    const mean = means[index] ?? 0;
    for (const x of chain) within += (x - mean) ** 2 / ((length - 1) * chains.length);
  }
  return { means, within, total: ((length - 1) / length) * within + between };
}

function rHat(chains: readonly Float64Array[]): number {
  const { within, total } = momentsOf(chains);
  if (within > 0) return Math.sqrt(total / within);
  return total > 0 ? Infinity : 1;
}

function effectiveSize(chains: readonly Float64Array[]): number {
  const length = chains[0]?.length ?? 0;
  const count = length * chains.length;
  const { means, within, total } = momentsOf(chains);
  if (!(total > 0)) return count;
  const correlation = (lag: number): number => {
    let covariance = 0;
    for (const [index, chain] of chains.entries()) {
      const mean = means[index] ?? 0;
      let sum = 0;
      for (let t = 0; t + lag < length; t += 1) {
        sum += ((chain[t] as number) - mean) * ((chain[t + lag] as number) - mean);
      }
      covariance += sum / (length * chains.length);
    }
    return 1 - (within - (covariance * length) / (length - 1)) / total;
  };
  let time = -1;
  let before = Infinity;
  for (let lag = 0; lag + 1 < length; lag += 2) {
    const pair = (lag === 0 ? 1 : correlation(lag)) + correlation(lag + 1);
    if (pair <= 0) break;
    before = Math.min(before, pair);
    time += 2 * before;
  }
  // At most what antithetic chains are granted by Stan.
  const most = count * Math.log10(count);
  return Math.min(most, count / Math.max(time, 1 / Math.log10(count)));
}
