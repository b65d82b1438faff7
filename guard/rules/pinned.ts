/**
 * A configuration that proposals are measured against, read once: the pinned baseline or the last
 * accepted configuration.
 *
 * I1. The text it was read from is canonical and complete, so its digest is the digest of the text.
 * I2. Made once and shared by many judgements; nobody changes it.
 */
import { type ModelConfig, parseModelConfig } from "../../model/config.ts";
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import { parseStrictJson } from "../../schemas/strict-json.ts";
import { computeMethodologyDigest } from "../specification/tunables.ts";

export interface Pinned {
  /** RFC 8785 text of the whole configuration. */
  readonly text: string;
  readonly config: ModelConfig;
  readonly digest: string;
  readonly methodologyDigest: string;
  /** Canonical `"key":value` of each top-level member, in order. */
  readonly members: readonly (readonly [key: string, text: string])[];
}

/**
 * Reads a pinned configuration from its canonical text.
 *
 * @throws JsonRefused, ModelError, or MmmError `config_invalid` when the text is not the canonical,
 *   complete form.
 */
export function pin(text: string): Pinned {
  const pinned = pinConfig(parseModelConfig(parseStrictJson(text)));
  if (pinned.text !== text) {
    throw new MmmError(
      "config_invalid",
      "Pinned configuration: not in canonical, complete form; write it with toCanonicalJson first",
    );
  }
  return pinned;
}

/** The pinned form of a configuration already parsed. */
export function pinConfig(config: ModelConfig): Pinned {
  const members = Object.entries(config)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, `${JSON.stringify(key)}:${toCanonicalJson(value)}`] as const);
  const text = joinMembers(members);
  return {
    text,
    config,
    digest: computeSha256(text),
    methodologyDigest: computeMethodologyDigest(config),
    members,
  };
}

function joinMembers(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([, text]) => text).join(",")}}`;
}

/** Canonical text of `config`, which differs from `base` in tunable numbers only. */
export function formatTunedConfig(base: Pinned, config: ModelConfig): string {
  const members = base.members.map(([key, text]) => {
    if (key === "hyperparameters") {
      return [key, `"hyperparameters":${toCanonicalJson(config.hyperparameters)}`] as const;
    }
    if (key === "training") return [key, `"training":${toCanonicalJson(config.training)}`] as const;
    return [key, text] as const;
  });
  return joinMembers(members);
}
