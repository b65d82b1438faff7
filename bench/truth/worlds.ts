/**
 * Worlds with known truth that we make ourselves: the kinds on which the shared sets are based, with
 * other seeds, truths and sizes. Priors are chosen on these.
 *
 * 1. A world depends on its kind and seed alone.
 */

import { formatIsoDate } from "../../model/calendar.ts";
import { parseModelConfig } from "../../model/config.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { DEFAULT_PROFILE } from "../../model/posterior/profile.ts";
import { Random, deriveSeed } from "../../model/random.ts";
import type { TruthSet } from "./sets.ts";
import type { World } from "./world-kinds.ts";
import { WORLD_KINDS } from "./world-kinds.ts";

/** First Monday of the series. */
const FIRST_DAY = 18_631;

/** `count` worlds of every kind, seeds from `first`. */
export function createWorlds({ count, first }: { count: number; first: number }): TruthSet[] {
  return Object.entries(WORLD_KINDS).flatMap(([kind, make], index) =>
    Array.from({ length: count }, (_, at) => {
      const seed = first + at;
      return toSet(make(new Random(deriveSeed(1000 * seed + 0.25, index))), { kind, seed });
    }),
  );
}

function toSet(world: World, { kind, seed }: { kind: string; seed: number }): TruthSet {
  const { media, trainWeeks, weeks } = world;
  const controls = Object.entries(world.controls);
  const header = [
    "date",
    "y",
    ...controls.map(([name]) => name),
    "event",
    ...media.map(({ name }) => name),
  ];
  const lines = Array.from({ length: weeks }, (_, t) =>
    [
      formatIsoDate(FIRST_DAY + 7 * t),
      (world.target[t] ?? 0).toFixed(4),
      ...controls.map(([, values]) => (values[t] ?? 0).toFixed(5)),
      world.events?.[t] === 1 ? "promotion" : "na",
      ...media.map(({ spend }) => (spend[t] ?? 0).toFixed(3)),
    ].join(","),
  );
  const config = parseModelConfig({
    model_id: kind,
    data: {
      path: "data.csv",
      date: "date",
      target: "y",
      controls: controls.map(([name]) => name),
      events: world.events === undefined ? [] : ["event"],
    },
    channels: media.map(({ name, type }) => ({ name, spend: name, media_type: type })),
    evaluation: { locked_test_weeks: weeks - trainWeeks, horizon_weeks: 8 },
  });
  return {
    name: `${kind}-${seed}`,
    kind,
    config,
    profile: DEFAULT_PROFILE,
    dataset: parseDataset(`${[header.join(","), ...lines].join("\n")}\n`, config),
    truth: Object.fromEntries(media.map((medium) => [medium.name, truthOf(world, medium)])),
  };
}

function truthOf(world: World, medium: World["media"][number]): TruthSet["truth"][string] {
  const total = (values: Float64Array): number =>
    values.subarray(0, world.trainWeeks).reduce((a, b) => a + b, 0);
  const spend = total(medium.spend);
  const contribution = total(medium.effect(1));
  return {
    roi: contribution / spend,
    spend,
    contribution,
    curve: Array.from({ length: 21 }, (_, step) => total(medium.effect(step / 10))),
  };
}
