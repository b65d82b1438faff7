/**
 * What a data set with known truth is, and the sets of ../shared/data/known-truth.
 */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import type { ModelConfig } from "../../model/config.ts";
import { parseModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import type { Profile } from "../../model/posterior/profile.ts";
import { readProfile } from "../../model/posterior/profile.ts";

export interface ChannelTruth {
  readonly roi: number;
  readonly spend: number;
  readonly contribution: number;
  /** Contribution over the training rows if all spend is × 0, 0.1 … 2; null where not defined. */
  readonly curve: readonly number[] | null;
}

export interface TruthSet {
  readonly name: string;
  readonly kind: string;
  readonly config: ModelConfig;
  readonly profile: Profile;
  readonly dataset: Dataset;
  readonly truth: Readonly<Record<string, ChannelTruth>>;
}

const FOLDER = "../shared/data/known-truth";

/** The sets of the folder whose name is asked for (all when none is). */
export function readKnownTruth(only: readonly string[] = []): TruthSet[] {
  if (!existsSync(FOLDER)) {
    console.error(`skipped known-truth: ${FOLDER} is not there`);
    return [];
  }
  return readdirSync(FOLDER)
    .filter((name) => existsSync(`${FOLDER}/${name}/truth.json`))
    .filter((name) => only.length === 0 || only.includes(name))
    .sort()
    .map((name) => {
      const read = (file: string): string => readFileSync(`${FOLDER}/${name}/${file}`, "utf8");
      const raw: unknown = JSON.parse(read("baseline.json"));
      const config = parseModelConfig(raw);
      const truth = JSON.parse(read("truth.json")) as { channels: TruthSet["truth"] };
      return {
        name,
        kind: "known-truth",
        config,
        profile: readProfile(raw),
        dataset: parseDataset(read("data.csv"), config),
        truth: truth.channels,
      };
    });
}
