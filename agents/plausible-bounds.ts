/**
 * Ranges of tuning, cut to what the posterior finds plausible.
 *
 * I1. A range can only become narrower; where nothing would be left of it, it stays.
 * I2. The value in force stays within: no one has to move what an owner began with.
 */
import { z } from "zod";
import { readTunableValues, type TunableBound } from "../guard/specification/tunables.ts";
import type { ModelConfig } from "../model/config.ts";
import type { TrainedModel } from "./reasoners.ts";

/** The part of the trainer's further diagnostics that is read here. */
const DETAIL = z.object({
  plausible: z.object({ ranges: z.record(z.string(), z.tuple([z.number(), z.number()])) }),
});

type Bounds = ReadonlyMap<string, TunableBound>;

/** The bounds within the region that came with the model in force. */
export function narrowToPlausible(
  bounds: Bounds,
  base: ModelConfig,
  trained: TrainedModel | null,
): Bounds {
  const ranges = readRanges(trained);
  const values = readTunableValues(base);
  return new Map(
    [...bounds].map(([path, bound]) => {
      const range = ranges[path];
      if (range === undefined) return [path, bound];
      const own = values.get(path) ?? range[0];
      return [path, narrowed(bound, [Math.min(range[0], own), Math.max(range[1], own)])];
    }),
  );
}

function readRanges(trained: TrainedModel | null): Readonly<Record<string, [number, number]>> {
  try {
    return DETAIL.parse(JSON.parse(trained?.detail ?? "")).plausible.ranges;
  } catch {
    // Another trainer's detail may hold anything; then no region is known.
    return {};
  }
}

function narrowed(bound: TunableBound, range: [number, number]): TunableBound {
  const min = Math.max(bound.min, range[0]);
  const max = Math.min(bound.max, range[1]);
  if (min > max) return bound;
  const inside = (value: number): number => Math.min(max, Math.max(min, value));
  return { ...bound, min, max, softMin: inside(bound.softMin), softMax: inside(bound.softMax) };
}
