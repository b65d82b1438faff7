/**
 * One function per kind of world: how the target comes about.
 *
 * The kinds: plain Hill and geometric; five that break the model's form (delayed logistic, power,
 * random-walk level, multiplicative with Weibull carryover, structural break); five whose data mislead
 * (demand-driven search, promotions, correlated flights, heavy tails, a channel without effect); small
 * effects; and four after generators of others: IgorLima's simulation, pymc-labs' recovery presets
 * (large shares, target not in money, bursts), decision-lab's example, siMMMulator's campaigns.
 */

import type { Random } from "../../model/random.ts";
import type { Medium, MediumSpec } from "./world-media.ts";
import {
  ROSTER,
  between,
  delayed,
  drawLogNormal,
  drawSpend,
  geometric,
  hillCurve,
  logCurve,
  logisticCurve,
  mediumWithRoi,
  powerCurve,
  weibull,
} from "./world-media.ts";

export interface World {
  readonly weeks: number;
  readonly trainWeeks: number;
  readonly target: Float64Array;
  readonly controls: Readonly<Record<string, Float64Array>>;
  /** 1 in weeks with a promotion. */
  readonly events?: Float64Array;
  readonly media: readonly Medium[];
}

interface Frame {
  readonly random: Random;
  readonly weeks: number;
  readonly trainWeeks: number;
  /** Mean sales of a week without media. */
  readonly base: number;
  /** All channels' mean weekly spend. */
  readonly budget: number;
}

function drawFrame(random: Random, { weeks = 156, spendShare = [0.07, 0.18] } = {}): Frame {
  const base = 1000 * between(random, 0.6, 1.6);
  const budget = base * between(random, spendShare[0] ?? 0.1, spendShare[1] ?? 0.2);
  return { random, weeks, trainWeeks: weeks - 13, base, budget };
}

interface MediaOptions {
  readonly names?: readonly string[];
  readonly roiMedian?: number;
  readonly roiSpread?: number;
  readonly curve?: (random: Random) => (x: number) => number;
  readonly weights?: (random: Random, spec: MediumSpec) => number[];
  readonly spend?: (spec: MediumSpec, mean: number) => Float64Array;
  readonly roi?: Readonly<Record<string, number>>;
  readonly strength?: Readonly<Record<string, (week: number) => number>>;
}

const FIVE = ["tv", "radio", "social", "display", "search"];
const anyHill = (random: Random): ((x: number) => number) =>
  hillCurve(between(random, 0.8, 1.8), drawLogNormal(random, 1.3, 0.5));
const ownDecay = (random: Random, spec: MediumSpec): number[] =>
  geometric(Math.min(0.85, Math.max(0.03, spec.decay + 0.1 * random.normal())));

function drawMedia(frame: Frame, options: MediaOptions = {}): Medium[] {
  const { random, weeks, trainWeeks, budget } = frame;
  const { names = FIVE, roiMedian = 1.5, roiSpread = 0.75 } = options;
  return ROSTER.filter(({ name }) => names.includes(name)).map((spec) => {
    const mean = budget * spec.share * between(random, 0.7, 1.4);
    const spend = options.spend?.(spec, mean) ?? drawSpend(random, spec, { weeks, mean });
    const roi = options.roi?.[spec.name] ?? drawLogNormal(random, roiMedian, roiSpread);
    const strength = options.strength?.[spec.name];
    return mediumWithRoi(spec, spend, {
      weights: (options.weights ?? ownDecay)(random, spec),
      curve: (options.curve ?? anyHill)(random),
      roi,
      trainWeeks,
      ...(strength === undefined ? {} : { strength }),
    });
  });
}

interface BaseOptions {
  readonly season?: number;
  readonly trend?: number;
  readonly noise?: number;
}

const yearly = (week: number, phase: number): number =>
  Math.sin((2 * Math.PI * week) / 52.18 + phase);

/** Level with trend, a season of two harmonics and noise. */
function drawBase({ random, weeks, base }: Frame, options: BaseOptions = {}): Float64Array {
  const {
    season = between(random, 0.05, 0.15),
    trend = 0.05 * random.normal(),
    noise = 0.03,
  } = options;
  const [phase, second] = [6.28 * random.uniform(), 6.28 * random.uniform()];
  return Float64Array.from({ length: weeks }, (_, t) => {
    const cycle = season * (yearly(t, phase) + 0.4 * yearly(2 * t, second));
    return base * (1 + (trend * t) / 52 + cycle + noise * random.normal());
  });
}

function addMedia(base: Float64Array, media: readonly Medium[]): Float64Array {
  const effects = media.map(({ effect }) => effect(1));
  return base.map((value, t) => effects.reduce((sum, one) => sum + (one[t] ?? 0), value));
}

function plainWorld(frame: Frame, media: readonly Medium[], base: Float64Array): World {
  const { weeks, trainWeeks } = frame;
  return { weeks, trainWeeks, media, controls: {}, target: addMedia(base, media) };
}

function heavy(random: Random): number {
  const square = random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2;
  return random.normal() / Math.sqrt(square / 3) / Math.sqrt(3);
}

/** Sales = level × Π(1 + share of each channel); a channel's effect is what is lost without it. */
function multiplicative(random: Random): World {
  const frame = drawFrame(random, { weeks: 117 });
  const media = drawMedia(frame, {
    names: ROSTER.map(({ name }) => name),
    weights: (r) => weibull(between(r, 0.8, 2), between(r, 1, 4)),
  });
  const base = drawBase(frame);
  const lift = (medium: Medium, multiplier: number): Float64Array =>
    medium.effect(multiplier).map((value) => 1 + value / frame.base);
  const levels = media.map((medium) => lift(medium, 1));
  const target = base.map((value, t) => levels.reduce((p, level) => p * (level[t] ?? 1), value));
  const effects = media.map((medium, own) => ({
    ...medium,
    effect: (multiplier: number) => {
      const mine = lift(medium, multiplier);
      return target.map((value, t) => (value / (levels[own]?.[t] ?? 1)) * ((mine[t] ?? 1) - 1));
    },
  }));
  return { weeks: frame.weeks, trainWeeks: frame.trainWeeks, controls: {}, media: effects, target };
}

function demandDriven(random: Random): World {
  const frame = drawFrame(random);
  const demand = new Float64Array(frame.weeks);
  for (let t = 1; t < frame.weeks; t += 1) {
    demand[t] = 0.7 * (demand[t - 1] ?? 0) + 0.06 * random.normal();
  }
  const media = drawMedia(frame, {
    roi: { search: between(random, 0.2, 0.8) },
    spend: (spec, mean) => {
      const spend = drawSpend(random, spec, { weeks: frame.weeks, mean });
      if (spec.name !== "search") return spend;
      return demand.map((d) => mean * Math.exp(3 * d + 0.1 * random.normal()));
    },
  });
  const base = drawBase(frame).map((value, t) => value * (1 + (demand[t] ?? 0)));
  return plainWorld(frame, media, base);
}

function promotions(random: Random): World {
  const frame = drawFrame(random);
  const { weeks } = frame;
  const events = Float64Array.from({ length: weeks }, () => (random.uniform() < 0.09 ? 1 : 0));
  const price = Float64Array.from({ length: weeks }, () => 1 + 0.05 * random.normal());
  const media = drawMedia(frame, {
    spend: (spec, mean) =>
      drawSpend(random, spec, { weeks, mean }).map((x, t) => x * (1 + (events[t] ?? 0))),
  });
  const base = drawBase(frame).map((value, t) => {
    const dip = t > 0 ? -0.06 * (events[t - 1] ?? 0) : 0;
    return value * (1 + 0.25 * (events[t] ?? 0) + dip - 0.8 * ((price[t] ?? 1) - 1));
  });
  return { ...plainWorld(frame, media, base), controls: { price }, events };
}

function correlated(random: Random): World {
  const frame = drawFrame(random);
  const flight = drawSpend(
    random,
    { ...(ROSTER[0] as MediumSpec), active: 0.6 },
    { weeks: frame.weeks, mean: 1 },
  );
  const media = drawMedia(frame, {
    names: [...FIVE, "ooh"],
    spend: (_, mean) => flight.map((x) => Math.max(0, mean * x * Math.exp(0.2 * random.normal()))),
  });
  return plainWorld(frame, media, drawBase(frame));
}

function structuralBreak(random: Random): World {
  const frame = drawFrame(random);
  const at = Math.floor(between(random, 60, 100));
  const media = drawMedia(frame, { strength: { tv: (week) => (week < at ? 1 : 0.5) } });
  const fall = between(random, -0.2, -0.12);
  const base = drawBase(frame).map((value, t) => value * (t < at ? 1 : 1 + fall));
  return plainWorld(frame, media, base);
}

function randomWalk(random: Random): World {
  const frame = drawFrame(random);
  let level = 1;
  const walk = Float64Array.from({ length: frame.weeks }, () => {
    level *= 1 + 0.015 * random.normal();
    return level;
  });
  const base = drawBase(frame, { noise: 0.02 }).map((value, t) => value * (walk[t] ?? 1));
  return plainWorld(frame, drawMedia(frame), base);
}

function heavyTails(random: Random): World {
  const frame = drawFrame(random);
  const media = drawMedia(frame);
  const target = addMedia(drawBase(frame, { noise: 0 }), media).map((value) => {
    const outlier = random.uniform() < 4 / frame.weeks ? (random.uniform() < 0.5 ? 0.7 : 1.3) : 1;
    return value * (1 + 0.05 * heavy(random)) * outlier;
  });
  return { weeks: frame.weeks, trainWeeks: frame.trainWeeks, controls: {}, media, target };
}

/** After IgorLima-py/mmm-meridian-vs-robyn: five channels, a competitor, Hill on the mean. */
function igorlima(random: Random): World {
  const frame = drawFrame(random, { spendShare: [0.11, 0.14] });
  const { weeks } = frame;
  const competitor = Float64Array.from({ length: weeks }, () => 100 + 8 * random.normal());
  const roi = [1.8, 0.8, 2.5, 1.2, 3.5].sort(() => random.uniform() - 0.5);
  const names = ["tv", "ooh", "social", "display", "search"];
  const media = drawMedia(frame, {
    names,
    roi: Object.fromEntries(
      names.map((name, i) => [name, (roi[i] ?? 1) * between(random, 0.7, 1.3)]),
    ),
    curve: (r) => hillCurve(between(r, 1, 2.2), between(r, 0.8, 2)),
  });
  const base = drawBase(frame, { noise: 0.035 }).map(
    (value, t) => value * (1 - 0.003 * ((competitor[t] ?? 100) - 100)),
  );
  return { ...plainWorld(frame, media, base), controls: { competitor_index: competitor } };
}

/** After pymc-labs/mmm-param-recovery: bursts, a large media share, target not in money. */
function recoveryPreset(random: Random): World {
  const weeks = random.uniform() < 0.4 ? 104 : 143;
  const frame = drawFrame(random, { weeks, spendShare: [0.02, 0.12] });
  const unit = drawLogNormal(random, 8, 0.8);
  const names = ROSTER.map(({ name }) => name).filter(() => random.uniform() < 0.75);
  const media = drawMedia(frame, {
    names: names.length < 3 ? FIVE : names,
    roiMedian: unit,
    roiSpread: 0.9,
    curve: (r) => logisticCurve(between(r, 0.3, 1.5)),
    weights: (r) => geometric(between(r, 0, 0.45), 8),
    spend: (spec, mean) => drawSpend(random, { ...spec, active: 0.6 }, { weeks, mean }),
  });
  const controls = {
    c1: Float64Array.from({ length: weeks }, (_, t) => Math.sin(t / 9) + 0.3 * random.normal()),
    c2: Float64Array.from({ length: weeks }, () => random.normal()),
  };
  const base = drawBase(frame).map(
    (value, t) => value * (1 + 0.03 * (controls.c1[t] ?? 0) - 0.02 * (controls.c2[t] ?? 0)),
  );
  return { ...plainWorld(frame, media, base), controls };
}

/** After pymc-labs/decision-lab's example: three channels carry most of sales. */
function decisionLab(random: Random): World {
  const frame = drawFrame(random, { weeks: 104, spendShare: [0.5, 0.9] });
  const { weeks } = frame;
  const price = Float64Array.from({ length: weeks }, () => 0.85 + 0.05 * random.normal());
  const competitor = Float64Array.from({ length: weeks }, () => 1 + 0.1 * random.normal());
  const media = drawMedia(frame, {
    names: ["search", "social", "display"],
    roiMedian: 3,
    roiSpread: 0.4,
    curve: (r) => logCurve(between(r, 0.3, 1)),
    weights: (r) => geometric(between(r, 0.1, 0.6), 8),
  });
  const base = drawBase(frame, { noise: 0.03 }).map(
    (value, t) => value * (1 - 1.5 * ((price[t] ?? 1) - 0.85) - 0.3 * ((competitor[t] ?? 1) - 1)),
  );
  return { ...plainWorld(frame, media, base), controls: { price, competitor } };
}

/** After siMMMulator: campaigns, noisy costs, saturation on carried-over media, three channels. */
function campaigns(random: Random): World {
  const frame = drawFrame(random, { spendShare: [0.2, 0.5] });
  const { trainWeeks } = frame;
  const noisy = (spend: Float64Array): Float64Array =>
    spend.map((x) => x * Math.exp(0.15 * random.normal()));
  const media = ["tv", "social", "search"].map((name): Medium => {
    const spec = ROSTER.find((one) => one.name === name) as MediumSpec;
    const spend = drawSpend(
      random,
      { ...spec, active: 0.85 },
      { weeks: frame.weeks, mean: frame.budget / 3 },
    );
    const seen = noisy(spend);
    const shaped = mediumWithRoi(spec, seen, {
      weights: ownDecay(random, spec),
      curve: hillCurve(between(random, 1, 2.5), between(random, 0.5, 1.5)),
      roi: drawLogNormal(random, 0.8, 1.1),
      trainWeeks,
    });
    return { ...shaped, spend };
  });
  return plainWorld(frame, media, drawBase(frame, { noise: 0.02 }));
}

function simpleKind(media: (frame: Frame) => Medium[], size = {}) {
  return (random: Random): World => {
    const frame = drawFrame(random, size);
    const made = media(frame);
    return plainWorld(frame, made, drawBase(frame));
  };
}

/** Kind -> a world of it. */
export const WORLD_KINDS: Readonly<Record<string, (random: Random) => World>> = {
  hill_geometric: simpleKind((frame) => drawMedia(frame)),
  logistic_delayed: simpleKind((frame) =>
    drawMedia(frame, {
      curve: (r) => logisticCurve(between(r, 0.5, 2)),
      weights: (r, spec) =>
        spec.active < 1 ? delayed(between(r, 0.4, 0.8), between(r, 1, 2)) : ownDecay(r, spec),
    }),
  ),
  power: simpleKind((frame) =>
    drawMedia(frame, { curve: (r) => powerCurve(between(r, 0.3, 0.7)) }),
  ),
  random_walk: randomWalk,
  demand_driven: demandDriven,
  promotions,
  correlated,
  heavy_tails: heavyTails,
  no_effect: simpleKind((frame) => drawMedia(frame, { roi: { display: 0, radio: 0.3 } }), {
    weeks: 130,
  }),
  break: structuralBreak,
  multiplicative,
  small_effects: simpleKind((frame) => drawMedia(frame, { roiMedian: 0.45, roiSpread: 0.6 })),
  igorlima,
  recovery_preset: recoveryPreset,
  decision_lab: decisionLab,
  campaigns,
};
